"""One question for everybody who asks it, and when it is asked anew."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.mast.errors import BadQuestion
from mastportal.search import results
from mastportal.search.models import ResultSet, Search, SearchUse
from mastportal.search.questions import PAUSE_S, ask
from mastportal.work import Phase
from tests.search.make import M57, PROGRAMME


def complete(result: ResultSet, age_s: float = 0) -> None:
    """As if the archive had answered with no rows."""
    ended = timezone.now() - timedelta(seconds=age_s)
    ResultSet.objects.filter(pk=result.pk).update(phase=Phase.COMPLETED, ended_at=ended)
    Search.objects.filter(pk=result.search_id).update(current=result)


def fail(result: ResultSet, kind: str, age_s: float = 0) -> None:
    ended = timezone.now() - timedelta(seconds=age_s)
    told = {"phase": Phase.ERROR, "error": "It did not answer.", "error_kind": kind, "ended_at": ended}
    ResultSet.objects.filter(pk=result.pk).update(**told)


SPELLINGS = [
    {"collection": "programs", "programs": "1176"},
    {"collection": "programs", "programs": " jw01176 "},
    {"collection": "programs", "programs": ["01176"]},
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_spellings_are_the_same_search(alice: User, spelling: dict[str, Any]) -> None:
    assert ask(spelling, alice).search.pk == ask(PROGRAMME, alice).search.pk


def test_a_new_question_must_be_queued(alice: User) -> None:
    asked = ask(PROGRAMME, alice)
    assert asked.must_queue
    assert not asked.cached
    assert (asked.search.phase, asked.result.asked_by) == (Phase.QUEUED, alice)


def test_who_asks_the_same_joins_the_question_under_way(alice: User, bob: User) -> None:
    first, second = ask(PROGRAMME, alice), ask(PROGRAMME, bob)
    assert (second.result.pk, second.must_queue) == (first.result.pk, False)


def test_a_refresh_joins_the_question_under_way(alice: User) -> None:
    first, second = ask(PROGRAMME, alice), ask(PROGRAMME, alice, refresh=True)
    assert (second.result.pk, second.must_queue) == (first.result.pk, False)


def test_a_fresh_answer_is_served(alice: User, django_assert_max_num_queries) -> None:
    first = ask(PROGRAMME, alice)
    complete(first.result)
    with django_assert_max_num_queries(5):  # two of them the savepoint
        second = ask(PROGRAMME, alice)
    assert (second.result.pk, second.must_queue, second.cached) == (first.result.pk, False, True)


def test_a_refresh_makes_a_new_snapshot(alice: User) -> None:
    first = ask(PROGRAMME, alice)
    complete(first.result)
    second = ask(PROGRAMME, alice, refresh=True)
    assert second.must_queue
    assert second.result.pk != first.result.pk
    assert (second.search.current.pk, second.search.phase) == (first.result.pk, Phase.QUEUED)


def test_an_old_answer_is_asked_for_anew_and_stays_meanwhile(alice: User, settings) -> None:
    first = ask(PROGRAMME, alice)
    complete(first.result, age_s=settings.RESULT_TTL_S + 1)
    second = ask(PROGRAMME, alice)
    assert second.must_queue
    assert results.snapshot(second.search).pk == first.result.pk


def test_while_the_archive_is_down_the_old_answer_is_served(alice: User, settings) -> None:
    old = ask(PROGRAMME, alice).result
    complete(old, age_s=settings.RESULT_TTL_S + 1)
    fail(ask(PROGRAMME, alice).result, "archive_unavailable")
    asked = ask(PROGRAMME, alice)
    assert (asked.result.pk, asked.cached, asked.must_queue) == (old.pk, True, False)
    assert (asked.search.phase, asked.search.error) == (Phase.COMPLETED, "It did not answer.")


def test_after_a_pause_the_archive_is_tried_again(alice: User, settings) -> None:
    complete(ask(PROGRAMME, alice).result, age_s=settings.RESULT_TTL_S + 1)
    fail(ask(PROGRAMME, alice).result, "archive_unavailable", age_s=PAUSE_S + 1)
    assert ask(PROGRAMME, alice).must_queue


def test_a_failed_question_without_rows_is_asked_again(alice: User) -> None:
    fail(ask(PROGRAMME, alice).result, "archive_unavailable")
    assert ask(PROGRAMME, alice).must_queue


def test_rows_that_were_removed_are_asked_for_again(alice: User) -> None:
    asked = ask(PROGRAMME, alice)
    complete(asked.result)
    ResultSet.objects.update(rows_removed_at=timezone.now())
    assert ask(PROGRAMME, alice).must_queue


def test_a_persons_use_is_noted_once_and_renewed(alice: User) -> None:
    ask(PROGRAMME, alice)
    first = SearchUse.objects.get().at
    ask(PROGRAMME, alice)
    assert SearchUse.objects.get().at > first


def test_a_position_is_understood_at_once(alice: User) -> None:
    asked = ask({"collection": "observations", "target": "10 -20 r=30s"}, alice)
    understood = asked.result.understood
    assert (understood["ra_deg"], understood["dec_deg"], understood["resolver"]) == (10.0, -20.0, None)


def test_a_name_is_understood_only_by_the_archive(alice: User) -> None:
    assert ask(M57, alice).result.understood is None


BAD = [
    ({}, "collection"),
    ({"collection": "observations", "target": "r=-1"}, "target"),
    ({"collection": "programs", "programs": ""}, "programs"),
    ({"collection": "observations", "from_search": "x"}, "from_search"),
    ({"collection": "programs", "programs": "1", "criteria": {"instrumnt_name": ["x"]}}, None),
]


@pytest.mark.parametrize(("question", "field"), BAD)
def test_a_bad_question_leaves_no_trace(alice: User, question: dict[str, Any], field: str | None) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(question, alice)
    assert field is None or caught.value.field == field
    assert not Search.objects.exists()
