"""What a search's page says in words: how old, how far, what was understood."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mastportal.search.context import Waiting, age_words, understood_words
from mastportal.search.models import ResultSet, Search

NAMED = Search(collection="observations", criteria={"collection": "observations", "target": "m57 r=1m"})
M57 = {"ra_deg": 283.396, "dec_deg": 33.029, "resolver": "SIMBAD", "radius_deg": 1 / 60}


def result(**values: object) -> ResultSet:
    return ResultSet(**{"phase": "QUEUED", "queued_at": timezone.now()} | values)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(minutes=59, seconds=50), "59 minutes"),
        (timedelta(hours=1, seconds=1), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1, seconds=1), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_ages_are_in_the_unit_a_person_would_use(age, words):
    assert age_words(result(phase="COMPLETED", ended_at=timezone.now() - age)) == words


def test_an_answer_without_an_age_is_young():
    assert age_words(result()) == "less than a minute"


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({}, "waiting for its turn"),
        ({"phase": "EXECUTING"}, "asking how many rows there are"),
        ({"phase": "EXECUTING", "count": 0, "row_count": 0}, "0 of 0 rows are here"),
        ({"phase": "EXECUTING", "count": 12_345, "row_count": 5000}, "5,000 of 12,345 rows are here"),
    ],
)
def test_waiting_is_told_step_by_step(values, step):
    assert Waiting.of(result(**values)).step == step


@pytest.mark.parametrize(
    "change", [{"phase": "EXECUTING"}, {"count": 5}, {"row_count": 1}, {"understood": M57}]
)
def test_there_is_more_to_say_whenever_something_changed(change):
    before = result()
    after = result(pk=before.pk, **change)
    assert Waiting.of(before).revision != Waiting.of(after).revision
    assert Waiting.of(before).revision == Waiting.of(result(pk=before.pk)).revision


def test_a_target_is_said_back_with_its_resolver_and_radius():
    words = understood_words(NAMED, result(understood=M57))
    assert words.startswith("M 57 → 18h53m35")
    assert words.endswith("(SIMBAD), radius 1′")


@pytest.mark.parametrize("understood", [None, {}, {"suggestion": {"x": 1}}, {"ra_deg": None}])
def test_nothing_understood_is_not_said(understood):
    assert understood_words(NAMED, result(understood=understood)) == ""
    assert understood_words(NAMED, None) == ""
