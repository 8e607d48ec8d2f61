"""Sessions: listed with what is known of them, ended one by one or all others, and gone at once."""

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions, tasks
from accounts.audit import Event
from accounts.models import AuditEntry

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@lab.example", PASSWORD)


def signed_in(name: str = "alice", agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    answer = client.post(reverse("sign-in"), {"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_they_are_listed_this_one_first(alice):
    here, there = signed_in(), signed_in(agent=CHROME, address="2001:db8::7")
    page = here.get(reverse("account-sessions"))
    assert [each.browser for each in page.context["sessions"]] == ["Firefox on Linux", "Chrome on Windows"]
    assert [each.is_this for each in page.context["sessions"]] == [True, False]
    assert "2001:db8::7" in page.text
    assert there.session.session_key not in page.text


def test_one_is_ended_at_once(alice):
    here, there = signed_in(), signed_in()
    answer = here.post(reverse("account-session-end", args=[row_of(there).pk]), follow=True)
    assert "was ended" in answer.text
    assert is_in(here)
    assert not is_in(there)
    assert AuditEntry.objects.filter(event=Event.SESSION_ENDED, person=alice.profile.audit_id).count() == 1


def test_all_others_are_ended(alice):
    here, *others = (signed_in() for _ in range(3))
    answer = here.post(reverse("account-sessions-end"), follow=True)
    assert "2 other sessions ended" in answer.text
    assert is_in(here)
    assert not any(map(is_in, others))
    assert "There was no other session" in here.post(reverse("account-sessions-end"), follow=True).text


def test_anothers_cannot_be_ended_nor_this_one(alice):
    User.objects.create_user("bob", password=PASSWORD)
    here, theirs = signed_in(), signed_in("bob")
    for client in (theirs, here):
        assert here.post(reverse("account-session-end", args=[row_of(client).pk])).status_code == 404
    here.post(reverse("account-sessions-end"))
    assert is_in(here)
    assert is_in(theirs)


def test_signing_out_takes_it_off_the_list(alice):
    here, there = signed_in(), signed_in()
    there.post(reverse("sign-out"))
    assert len(here.get(reverse("account-sessions")).context["sessions"]) == 1
    assert UserSession.objects.count() == 1


def test_a_new_password_ends_the_others_and_is_written_down(alice):
    here, there = signed_in(), signed_in()
    new = "another horse battery"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post(reverse("account-password"), sent).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert Session.objects.count() == 1
    assert [each.is_this for each in here.get(reverse("account-sessions")).context["sessions"]] == [True]
    assert AuditEntry.objects.filter(event=Event.PASSWORD_CHANGED).count() == 1


def test_the_present_password_is_not_guessed_from_an_open_session(alice, settings):
    settings.ACCOUNT_RATE_LIMITS = {"change_password": "3/1h/user"}
    here = signed_in()
    sent = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    answers = [here.post(reverse("account-password"), sent) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert "Come back in a minute" in answers[-1].text
    assert "not your present password" not in answers[-1].text


def test_a_session_in_use_says_so_now_and_then_and_goes_on(alice):
    client = signed_in()
    session = client.session
    session[sessions.SEEN_AT] = time.time() - 2 * sessions.SEEN_EVERY_S
    session.save()
    answer = client.get("/account/")
    assert "sessionid" in answer.cookies
    assert time.time() - client.session[sessions.SEEN_AT] < sessions.SEEN_EVERY_S
    assert "sessionid" not in client.get("/account/").cookies


def test_an_ended_session_is_not_brought_back_by_its_own_request(alice):
    here, there = signed_in(), signed_in()
    session = there.session
    session[sessions.SEEN_AT] = 0
    session.save()
    here.post(reverse("account-sessions-end"))
    assert not is_in(there)
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_the_list_asks_few_questions_however_long_it_is(alice, django_assert_max_num_queries):
    here, *_ = (signed_in() for _ in range(6))
    with django_assert_max_num_queries(8):
        page = here.get(reverse("account-sessions"))
    assert len(page.context["sessions"]) == 6


def test_what_ended_by_itself_is_removed(alice):
    here, there, gone = (signed_in() for _ in range(3))
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=timezone.now())
    Session.objects.filter(session_key=gone.session.session_key).delete()
    tasks.clean_sessions()
    assert list(UserSession.objects.all()) == [row_of(here)]
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/140.0", "Edge on Windows"),
        ("curl/8.1", "curl/8.1"),
        ("", "a program without a name"),
        ("<b>" * 100, ("<b>" * 100)[:60]),
    ],
)
def test_browsers_are_named(agent, words):
    assert sessions.browser_of(agent) == words
