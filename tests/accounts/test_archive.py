"""Which archive is asked, and what is remembered of its answers: up or down, and what day it is there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts import archive, tokens
from accounts.tasks import beat
from mastportal.mast.errors import BadQuestion, NotFound, TimedOut, Unavailable

MJD_2026_08_22 = 61274


@pytest.fixture(autouse=True)
def _forget():
    cache.clear()


def asked():
    client = archive.client()
    client.whoami()
    archive.note_answer(client)
    return client


def test_the_archive_of_the_settings():
    found = archive.archive()
    assert found.base_url == settings.ARCHIVE_URL
    assert found.user_agent.startswith("mastportal/")
    assert settings.PORTAL_CONTACT in found.user_agent
    assert found.stall_s == settings.STALL_S


def test_nothing_is_known_before_the_first_answer():
    assert archive.status() == {
        "name": settings.ARCHIVE_NAME,
        "is_sandbox": True,
        "up": None,
        "rests_for_s": 0.0,
        "last_answer_at": None,
    }


def test_an_answer_is_remembered(sandbox):
    asked()
    known = archive.status()
    assert known["up"] is True
    assert timezone.now() - known["last_answer_at"] < timedelta(seconds=30)


def test_silence_keeps_the_last_answer(sandbox):
    asked()
    archive.note_failure(TimedOut("too long"))
    assert archive.status()["up"] is False
    assert archive.status()["last_answer_at"] is not None


@pytest.mark.parametrize("error", [NotFound("no such"), BadQuestion("wrong", "target")])
def test_a_refusal_is_an_answer(sandbox, error):
    asked()
    archive.note_failure(error)
    assert archive.status()["up"] is True


def test_a_first_failure_without_any_answer():
    archive.note_failure(Unavailable("down"))
    assert archive.status()["up"] is False


def test_our_own_clock_until_the_archive_was_heard():
    assert archive.now() - timezone.now() < timedelta(seconds=5)


def test_the_archives_day_decides(sandbox):
    before = archive.client()
    before.whoami()
    try:
        sandbox.today("2026-08-22")
        asked()
        assert MJD_2026_08_22 <= archive.today_mjd() < MJD_2026_08_22 + 1.1
    finally:
        sandbox.today(before.last_date.date().isoformat())


def test_the_clock_asks_when_nothing_was_heard(sandbox):
    mark = sandbox.mark()
    beat()
    assert archive.status()["up"] is True
    assert [entry["path"] for entry in sandbox.log(mark)] == ["/whoami"]


def test_the_clock_stays_quiet_while_the_archive_answers(sandbox):
    asked()
    mark = sandbox.mark()
    beat()
    assert sandbox.log(mark) == []


def test_the_clock_notices_the_archive_going_and_coming(sandbox):
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    beat()
    assert archive.status()["up"] is False
    sandbox.clear()
    beat()
    assert archive.status()["up"] is True


def test_a_client_without_a_person_is_anonymous(sandbox):
    assert archive.client().whoami().anonymous


def test_a_client_of_a_person_without_a_token_is_anonymous(sandbox, alice):
    assert archive.client(alice).whoami().anonymous


def test_a_client_of_a_person_carries_their_token(sandbox, alice):
    tokens.store(alice, "sandbox-token-alice")
    assert archive.client(alice).whoami().owner == "alice"
