"""The small questions: how many rows match, where a name is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mastportal.mast.errors import BadQuestion
from mastportal.search import lookups
from mastportal.search.models import Lookup
from mastportal.work import Phase
from tests.archive import Sandbox
from tests.search.make import M57, PROGRAMME, answered, questions

pytestmark = pytest.mark.django_db


def counted(question: dict) -> Lookup:
    lookup, must_queue = lookups.want_count(question)
    if must_queue:
        lookups.answer(lookup.pk)
        lookup.refresh_from_db()
    return lookup


def placed(text: str) -> dict:
    lookup, must_queue = lookups.want_position(text)
    if must_queue:
        lookups.answer(lookup.pk)
        lookup.refresh_from_db()
    return lookups.position(lookup, text)


def test_a_count_is_what_the_search_finds(sandbox: Sandbox, alice: User) -> None:
    count = counted(PROGRAMME).answer["count"]
    assert count == answered(PROGRAMME, alice).current.row_count > 0


def test_a_count_is_asked_once(sandbox: Sandbox) -> None:
    counted(PROGRAMME)
    mark = sandbox.mark()
    assert counted({"collection": "programs", "programs": "jw01176"}).answer["count"] > 0
    assert sandbox.log(mark) == []


def test_rows_that_are_here_are_counted_without_asking(sandbox: Sandbox, alice: User) -> None:
    search = answered(PROGRAMME, alice)
    mark = sandbox.mark()
    assert counted(PROGRAMME).answer == {"count": search.current.row_count}
    assert sandbox.log(mark) == []


def test_an_old_count_is_asked_for_again(sandbox: Sandbox, settings) -> None:
    counted(PROGRAMME)
    Lookup.objects.update(ended_at=timezone.now() - timedelta(seconds=settings.RESULT_TTL_S + 1))
    assert lookups.want_count(PROGRAMME)[1]


def test_a_count_with_a_name_resolves_it_once(sandbox: Sandbox, alice: User) -> None:
    mark = sandbox.mark()
    counted(M57)
    answered(M57, alice)
    asked = questions(sandbox.log(mark))
    assert asked.count("Mast.Name.Lookup") == 1


def test_who_wants_the_same_count_waits_for_one_question() -> None:
    first, second = lookups.want_count(PROGRAMME), lookups.want_count(PROGRAMME)
    assert (first[0].pk, first[1], second[1]) == (second[0].pk, True, False)


def test_a_failed_count_says_why_and_is_asked_again(sandbox: Sandbox) -> None:
    sandbox.faults({"match": "invoke", "times": 99, "fault": "html"})
    lookup = counted(PROGRAMME)
    assert (lookup.phase, lookup.error_kind) == (Phase.ERROR, "archive_unavailable")
    assert lookups.want_count(PROGRAMME)[1]


def test_a_bad_question_is_not_counted() -> None:
    with pytest.raises(BadQuestion):
        lookups.want_count({"collection": "observations", "target": "m57 r=-1"})
    assert not Lookup.objects.exists()


def test_a_name_is_where_the_archive_says(sandbox: Sandbox) -> None:
    answer = placed("M 57")
    assert answer["ra_deg"] == pytest.approx(283.396, abs=0.01)
    assert answer["resolver"]


def test_a_radius_asked_for_is_kept(sandbox: Sandbox) -> None:
    assert placed("m57 r=1m")["radius_deg"] == pytest.approx(1 / 60, abs=1e-6)


def test_spellings_of_a_name_are_one_question(sandbox: Sandbox) -> None:
    placed("M57")
    mark = sandbox.mark()
    assert placed("m 057")["ra_deg"]
    assert sandbox.log(mark) == []


def test_a_position_needs_no_asking(sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    answer = placed("14 03 12.6 54 20 56.7 r=30s")
    assert answer["ra_deg"] == pytest.approx(210.8025)
    assert answer["radius_deg"] == pytest.approx(30 / 3600)
    assert sandbox.log(mark) == []


def test_an_unknown_name_is_not_found(sandbox: Sandbox) -> None:
    lookup, _ = lookups.want_position("no such thing")
    lookups.answer(lookup.pk)
    lookup.refresh_from_db()
    assert lookup.error_kind == "not_found"


def test_waiting_ends_with_patience() -> None:
    lookup, _ = lookups.want_count(PROGRAMME)
    assert lookups.wait(lookup, 0.05).is_unfinished


def test_old_lookups_are_forgotten() -> None:
    kept, _ = lookups.want_count(PROGRAMME)
    old = Lookup.objects.create(kind="count", key="x", question={}, phase=Phase.COMPLETED)
    Lookup.objects.filter(pk=old.pk).update(queued_at=timezone.now() - timedelta(days=8))
    lookups.expire()
    assert list(Lookup.objects.all()) == [kept]
