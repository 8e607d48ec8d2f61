"""A token's days: when it ends, when MAST is asked about it, what its owner is told, and whose it is."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import archive, audit, keys, tasks, token_checks, tokens
from accounts.models import ArchiveToken, AuditEntry
from mastportal.mast.errors import BadQuestion
from mastportal.outbox.models import Delivery
from tests.accounts.token_days import DAY, GOOD, OTHER, aged, resealed, told
from tests.archive import Sandbox
from tests.people import client_of, signed_in

pytestmark = pytest.mark.django_db


def asked(sandbox: Sandbox, mark: int) -> list[str]:
    """Whose tokens MAST was asked about."""
    return [entry["who"] for entry in sandbox.log(mark) if "whoami" in entry["path"]]


@pytest.mark.parametrize(
    ("made", "entered", "used", "checked", "state"),
    [
        (0, 0, None, 0, "valid"),
        (50, 40, 1, 1, "valid"),
        (58, 40, 1, 1, "expiring"),
        (61, 40, 3, 3, "expired"),
        (61, 40, 1, 0, "expiring"),
        (20, 15, 8, 8, "expiring"),
        (20, 15, 11, 11, "expired"),
        (20, 15, 11, 0, "expiring"),
        (20, 8, None, 8, "expiring"),
        (None, 0, None, 0, "valid"),
        (None, 58, 1, 1, "expiring"),
        (None, 61, 3, 3, "expired"),
    ],
)
def test_its_days_say_how_it_is(
    alice: User,
    stored: ArchiveToken,
    made: int | None,
    entered: int,
    used: int | None,
    checked: int,
    state: str,
) -> None:
    aged(made=made, entered=entered, used=used, checked=checked)
    assert tokens.state(alice)["state"] == state


def test_expired_is_told_from_revoked(alice: User, stored: ArchiveToken) -> None:
    resealed("sandbox-token-expired", alice)
    assert tokens.recheck(alice)["state"] == "refused"
    aged(made=61, entered=30, used=1)
    assert tokens.recheck(alice)["state"] == "expired"


def test_a_token_that_became_anothers_is_not_used(alice: User, stored: ArchiveToken) -> None:
    resealed(OTHER, alice)
    assert tokens.recheck(alice)["state"] == "wrong-person"
    assert tokens.credential(alice) is None


def test_an_unknown_day_is_assumed_the_earliest_and_said(alice: User, sandbox: Sandbox) -> None:
    known = tokens.store(alice, GOOD)
    assert (known["made_on"], known["made_on_assumed"]) == (None, True)
    assert known["warn_at"] == known["created_at"], "it may have been 60 days old already"
    said = tokens.set_made_on(alice, archive.now().date())
    assert not said["made_on_assumed"]
    assert said["warn_at"] > timezone.now() + 6 * DAY


@pytest.mark.parametrize("days", [-3, 63], ids=["to come", "too long ago"])
def test_a_day_that_cannot_be(alice: User, sandbox: Sandbox, days: int) -> None:
    first = min(timezone.now().date(), archive.now().date()) if days > 0 else timezone.now().date()
    with pytest.raises(BadQuestion) as caught:
        tokens.store(alice, GOOD, made_on=first - days * DAY)
    assert caught.value.field == "made_on"
    assert not ArchiveToken.objects.exists()


def test_it_is_asked_about_before_use_but_not_each_time(
    alice: User, stored: ArchiveToken, sandbox: Sandbox
) -> None:
    mark = sandbox.mark()
    assert tokens.credential(alice) is not None
    assert asked(sandbox, mark) == [], "MAST has just said that it is good"
    aged(made=3, entered=2, used=1, checked=1)
    for _ in range(3):
        assert tokens.credential(alice) is not None
    assert asked(sandbox, mark) == ["alice"]


def test_what_mast_refuses_is_not_used_and_its_owner_told_once(
    alice: User, stored: ArchiveToken, sandbox: Sandbox
) -> None:
    resealed("sandbox-token-expired", alice)
    aged(made=3, entered=2, used=1, checked=1)
    assert tokens.credential(alice) is None
    assert told(alice) == ["MAST no longer accepts your token"]
    assert tokens.recheck(alice)["state"] == "refused"
    assert len(told(alice)) == 1
    assert Delivery.objects.filter(person=alice, channel="mail").count() == 1
    assert AuditEntry.objects.filter(event=audit.Event.TOKEN_REFUSED, subject="refused").count() == 1


def test_an_archive_that_is_down_does_not_end_it(alice: User, stored: ArchiveToken, sandbox: Sandbox) -> None:
    aged(made=3, entered=2, used=1, checked=1)
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    assert tokens.credential(alice) is not None
    assert told(alice) == []


def test_a_check_is_no_use(alice: User, stored: ArchiveToken) -> None:
    aged(made=9, entered=9, used=8, checked=2)
    before = tokens.state(alice)["ends_at"]
    tokens.recheck(alice)
    alice.last_login = timezone.now()
    alice.save()
    for token_id in token_checks.due():
        token_checks.check_one(token_id)
    assert tokens.state(alice)["ends_at"] == before
    assert tokens.credential(alice) is not None
    assert tokens.state(alice)["ends_at"] > before


def test_the_daily_check_is_for_those_who_were_here(
    alice: User, bob: User, charlie: User, sandbox: Sandbox
) -> None:
    for person in (alice, bob, charlie):
        tokens.store(person, GOOD)
    aged(made=None, entered=5, used=4, checked=2)
    assert token_checks.due() == []
    bob.last_login = timezone.now()
    bob.save()
    keys.make(charlie, "laptop")[0].__class__.objects.filter(user=charlie).update(last_used_at=timezone.now())
    mark = sandbox.mark()
    due = token_checks.due()
    assert sorted(due) == sorted(
        ArchiveToken.objects.filter(user__in=[bob, charlie]).values_list("pk", flat=True)
    )
    for token_id in [*due, *due]:
        tasks.check_token(token_id)
    assert len(asked(sandbox, mark)) == 2, "each once, also when the message came twice"
    assert token_checks.due() == []


def test_a_session_in_use_says_that_its_owner_is_here(alice: User, bob: User, sandbox: Sandbox) -> None:
    for person in (alice, bob):
        tokens.store(person, GOOD)
        client = signed_in(person)
        key = client.session.session_key
        UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1", user_agent="x")
    User.objects.update(last_login=timezone.now() - 9 * DAY)
    aged(made=None, entered=5, used=4, checked=2)
    of_bob = UserSession.objects.get(user=bob).session_key
    last_seen = timezone.now() - 3 * DAY + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.filter(session_key=of_bob).update(expire_date=last_seen)
    assert token_checks.due() == [ArchiveToken.objects.get(user=alice).pk]


def test_another_persons_token_takes_its_place_only_when_said_so(alice: User, stored: ArchiveToken) -> None:
    with pytest.raises(BadQuestion, match="belongs to bob at MAST, the one kept here to alice") as caught:
        tokens.store(alice, OTHER)
    assert caught.value.field == "token"
    assert tokens.credential(alice)._reveal() == GOOD
    tokens.store(alice, OTHER, is_another_person=True)
    assert tokens.state(alice)["owner"] == "bob"


def test_after_removal_there_is_nobody_to_be_compared_with(alice: User, stored: ArchiveToken) -> None:
    tokens.forget(alice)
    assert tokens.store(alice, OTHER)["owner"] == "bob"


def test_who_is_another_person_here_is_told_that_their_token_goes_around(
    alice: User, bob: User, stored: ArchiveToken
) -> None:
    tokens.store(bob, GOOD)
    assert told(alice) == ["Somebody else entered a token of your MAST account"]
    assert told(bob) == []


def test_the_rest_door(alice: User, sandbox: Sandbox) -> None:
    api = client_of(alice)
    day = archive.now().date() - 10 * DAY
    first = api.put("/api/v1/me/mast-token", {"token": GOOD, "made_on": str(day)}, format="json").json()
    assert (first["state"], first["made_on"], first["made_on_assumed"]) == ("valid", str(day), False)
    refused = api.put("/api/v1/me/mast-token", {"token": OTHER}, format="json")
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "token")
    confirmed = {"token": OTHER, "is_another_person": True, "made_on": None}
    assert api.put("/api/v1/me/mast-token", confirmed, format="json").json()["owner"] == "bob"
    bad = api.put("/api/v1/me/mast-token", {"token": OTHER, "made_on": "yesterday"}, format="json")
    assert (bad.status_code, bad.json()["error"]["field"]) == (400, "made_on")


def test_the_page_asks_for_the_day_it_does_not_know(web: Client, alice: User, sandbox: Sandbox) -> None:
    tokens.store(alice, GOOD)
    assert "it may end any day" in web.get("/account/").text
    bad = web.post("/account/token/day/", {"made_on": "3000-01-01"})
    assert (bad.status_code, "still to come" in bad.text) == (422, True)
    assert web.post("/account/token/day/", {"made_on": str(archive.now().date())}).status_code == 302
    assert "it may end any day" not in web.get("/account/").text
    assert tokens.state(alice)["made_on"] == archive.now().date()


def test_the_page_says_whose_it_is(web: Client, alice: User, stored: ArchiveToken) -> None:
    answer = web.post("/account/token/", {"token": OTHER})
    assert answer.status_code == 422
    assert "belongs to bob at MAST" in answer.text
    web.post("/account/token/", {"token": OTHER, "is_another_person": "on", "made_on": ""})
    assert tokens.state(alice)["owner"] == "bob"
