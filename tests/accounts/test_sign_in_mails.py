"""New passwords by mail, over a real mail server; which way mails leave, and that they do."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from accounts import passwords, sign_in, tasks
from accounts.audit import Event
from accounts.models import AuditEntry
from tests.people import signed_in

PASSWORD, NEW = "correct horse battery", "another horse battery"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@lab.example", PASSWORD)


def ask(email: str, callbacks: Any) -> Any:
    """Ask for a new password, and do what was queued for it."""
    with callbacks() as queued:
        answer = Client().post(reverse("password-forgotten"), {"email": email})
    for callback in queued:
        assert callback.func == tasks.mail_new_password.delay
        tasks.mail_new_password(*callback.args)
    return answer


def link_in(letter: EmailMessage) -> str:
    found = re.search(r"http://\S+(/sign-in/new/\S+)", letter.get_content())
    assert found
    return found[1]


def choose(client: Client, link: str, password: str = NEW) -> Any:
    page = client.get(link)
    return client.post(page.url, {"new_password1": password, "new_password2": password})


def test_from_the_mail_to_a_new_password(alice, letters, django_capture_on_commit_callbacks, settings):
    elsewhere = signed_in(alice)
    answer = ask("Alice@LAB.example", django_capture_on_commit_callbacks)
    assert "on its way" in answer.text
    (letter,) = letters
    assert letter["To"] == "alice@lab.example"
    assert letter["From"] == settings.DEFAULT_FROM_EMAIL
    assert settings.SITE_URL in letter.get_content()

    client = Client()
    page = client.get(link_in(letter))
    assert link_in(letter).split("/")[-2] not in page.url  # the secret leaves the address first
    weak = client.post(page.url, {"new_password1": "short", "new_password2": "short"})
    assert weak.status_code == 422
    assert choose(client, link_in(letter)).url == reverse("sign-in")
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert elsewhere.get("/account/").status_code == 302
    assert AuditEntry.objects.get(event=Event.PASSWORD_CHANGED).person == alice.profile.audit_id


def test_a_link_works_once_and_for_its_person_only(alice, letters, django_capture_on_commit_callbacks):
    bob = User.objects.create_user("bob", "bob@lab.example", PASSWORD)
    ask("alice@lab.example", django_capture_on_commit_callbacks)
    link = link_in(letters[0])
    of_bob = urlsafe_base64_encode(str(bob.pk).encode())
    assert Client().get(reverse("new-password", args=[of_bob, link.split("/")[-2]])).status_code == 410
    assert choose(Client(), link).status_code == 302
    again = Client().get(link)
    assert again.status_code == 410
    assert "does not work any more" in again.text
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_it_ends_a_lock_out(alice, letters, django_capture_on_commit_callbacks, rf):
    for _ in range(5):
        Client().post(reverse("sign-in"), {"username": "alice", "password": "wrong"})
    assert sign_in.locked_until(rf.get("/"), "alice")
    ask("alice@lab.example", django_capture_on_commit_callbacks)
    choose(Client(), link_in(letters[0]))
    assert Client().post(reverse("sign-in"), {"username": "alice", "password": NEW}).status_code == 302


def words(answer: Any) -> str:
    """The page without what is different each time."""
    return re.sub(r'"[A-Za-z0-9]{64}"', "", answer.text)


def unusable(alice: User) -> None:
    alice.set_unusable_password()
    alice.save()


@pytest.mark.parametrize("case", ["unknown", "switched off", "no password", "two mails in one"])
def test_nobody_learns_who_has_an_account(alice, letters, django_capture_on_commit_callbacks, case):
    known = ask("alice@lab.example", django_capture_on_commit_callbacks)
    letters.clear()
    email = "alice@lab.example"
    match case:
        case "unknown":
            email = "nobody@lab.example"
        case "switched off":
            User.objects.update(is_active=False)
        case "no password":
            unusable(alice)
        case "two mails in one":
            email = "alice@lab.example,mallory@evil.example"
    answer = ask(email, django_capture_on_commit_callbacks)
    assert not letters
    if case == "two mails in one":
        assert answer.status_code == 422
    else:
        assert words(answer) == words(known)


def test_a_person_switched_off_meanwhile_gets_none(alice, letters):
    User.objects.update(is_active=False)
    passwords.send_link(alice.pk)
    passwords.send_link(0)
    assert not letters


@pytest.mark.parametrize("email", ["", "no address", "a@b\r\nBcc: x@y.example", "x" * 300 + "@lab.example"])
def test_what_is_no_address_is_said(letters, db, email):
    answer = Client().post(reverse("password-forgotten"), {"email": email})
    assert answer.status_code == 422
    assert not letters


def test_mails_are_not_sent_without_end(alice, letters, settings, django_capture_on_commit_callbacks):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "2/1h/key"}
    for _ in range(2):
        ask("alice@lab.example", django_capture_on_commit_callbacks)
    answer = ask("ALICE@lab.example", django_capture_on_commit_callbacks)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    assert "Come back in an hour" in answer.text
    assert len(letters) == 2


def test_a_server_that_refuses_is_tried_again(alice, letters):
    letters.refusing = True
    outcome = tasks.mail_new_password.apply((alice.pk,), retries=4)
    assert outcome.failed()
    with pytest.raises(tasks.mail_new_password.autoretry_for):
        passwords.send_link(alice.pk)
    letters.refusing = False
    passwords.send_link(alice.pk)
    assert len(letters) == 1


def test_without_mails_nobody_is_offered_one(settings, db):
    settings.MAIL_IS_ON = False
    assert "Forgotten" not in Client().get(reverse("sign-in")).text
    page = Client().get(reverse("password-forgotten"))
    assert "sends no mails" in page.text
    assert "<form method" not in page.text.split("<main")[1]
    assert "sends no mails" in Client().post(reverse("password-forgotten"), {"email": "a@b.example"}).text
