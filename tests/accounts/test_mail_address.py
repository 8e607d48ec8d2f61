"""Another mail address: asked for with the password, confirmed by who reads there, told at the old one."""

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import addresses, mail
from accounts.audit import Event
from accounts.models import AddressChange, AuditEntry
from mastportal.outbox import mails, post
from mastportal.outbox.models import Delivery
from tests.accounts.test_sign_in_mails import NEW, PASSWORD
from tests.accounts.test_sign_in_mails import alice as alice
from tests.accounts.test_sign_in_mails import quick as quick
from tests.letters import Letters
from tests.outbox.make import NEWS
from tests.people import signed_in

WANTED = "alice@observatory.example"
Post = Callable[..., Any]


@pytest.fixture
def send(web: Client, django_capture_on_commit_callbacks: Any) -> Post:
    """Send a form as Alice, and do what is queued for it."""

    def send(address: str, **typed: str) -> Any:
        with django_capture_on_commit_callbacks() as queued:
            answer = web.post(address, typed)
        for callback in queued:
            callback.func.__self__(*callback.args)
        return answer

    return send


@pytest.fixture
def ask(send: Post) -> Post:
    """Ask for an address, with the password."""

    def ask(email: str = WANTED, password: str = PASSWORD) -> Any:
        return send(reverse("account-mail"), email=email, password=password)

    return ask


def link_in(letters: Letters) -> str:
    """The address in the newest mail, without the site's own."""
    found = re.search(r"http://[^/\s]+(/account/mail/\S+)", letters[-1].get_content())
    assert found, letters[-1].get_content()
    return found[1]


def address_of(person: User) -> str:
    return User.objects.get(pk=person.pk).email


def test_from_the_form_to_the_new_address(alice, letters, web, ask, send, settings):
    assert ask("Alice@OBSERVATORY.example").url == reverse("account-mail")
    assert "on its way to Alice@observatory.example" in web.get(reverse("account-mail")).text
    assert [letter["To"] for letter in letters] == ["Alice@observatory.example"]
    assert settings.SITE_URL in letters[0].get_content()
    page = web.get(link_in(letters))
    assert "instead of alice@lab.example" in page.text
    assert address_of(alice) == "alice@lab.example", "whoever only looks changes nothing"

    link = link_in(letters)
    assert send(link).url == reverse("account-mail")
    assert address_of(alice) == "Alice@observatory.example"
    assert letters[1]["To"] == "alice@lab.example"
    assert "go to another address from now on" in letters[1].get_content()
    assert "observatory" not in letters[1].get_content()
    entry = AuditEntry.objects.get(event=Event.ADDRESS_CHANGED)
    assert (entry.person, entry.facts) == (alice.profile.audit_id, {"way": "account"})
    assert not AddressChange.objects.exists()
    assert send(link).status_code == web.get(link).status_code == 410
    assert len(letters) == 2


def test_news_go_to_the_new_address(alice, letters, ask, send):
    post.tell([alice.pk], NEWS, channels=[post.MAIL])
    ask()
    send(link_in(letters))
    delivery = Delivery.objects.select_related("person").get(person=alice)
    assert mails.compose(delivery).to == [WANTED]


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        (WANTED, "wrong", "This is not your password."),
        (WANTED, "", "Give your password"),
        ("ALICE@lab.example", PASSWORD, "your mail address already"),
        ("no address", PASSWORD, "This is not a mail address."),
        ("a@b.example\r\nBcc: x@y.example", PASSWORD, "This is not a mail address."),
        ("x" * 300 + "@lab.example", PASSWORD, "254"),
    ],
    ids=["wrong", "none", "the-same", "no-address", "two-lines", "long"],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(alice, letters, ask, email, password, said):
    answer = ask(email, password)
    assert answer.status_code == 422
    assert said in answer.text
    assert "correct horse" not in answer.text
    if email == WANTED:
        assert f'value="{WANTED}"' in answer.text
    assert not letters
    assert not AddressChange.objects.exists()


def test_an_address_is_one_account_s_only_and_nobody_learns_whose(alice, letters, web, ask):
    User.objects.create_user("bob", "Bob@lab.example", PASSWORD)
    ask("bob@lab.example")
    assert "on its way to bob@lab.example" in web.get(reverse("account-mail")).text
    (letter,) = letters
    assert letter["To"] == "bob@lab.example"
    assert "nothing was changed" in letter.get_content()
    assert "/account/mail/" not in letter.get_content()


def test_an_address_that_somebody_else_took_meanwhile(alice, letters, ask, send):
    ask()
    User.objects.create_user("bob", WANTED.upper(), PASSWORD)
    answer = send(link_in(letters))
    assert answer.status_code == 409
    assert "Another account has that mail address by now" in answer.text
    assert address_of(alice) == "alice@lab.example"


def test_a_link_is_for_who_asked_alone(alice, letters, ask, send):
    ask()
    link = link_in(letters)
    assert Client().get(link).url.startswith("/sign-in/?next=/account/mail/")
    bob = User.objects.create_user("bob", "bob@lab.example", PASSWORD)
    bobs = signed_in(bob)
    assert bobs.post(link).status_code == bobs.get(link).status_code == 410
    assert address_of(bob) == "bob@lab.example"
    assert send(link).status_code == 302


@pytest.mark.parametrize("case", ["asked anew", "another password", "an hour", "cut", "given meanwhile"])
def test_links_end(alice, letters, web, ask, send, settings, case):
    ask()
    link = link_in(letters)
    match case:
        case "asked anew":
            ask("third@lab.example")
        case "another password":
            typed = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
            assert web.post(reverse("account-password"), typed).status_code == 302
        case "an hour":
            settings.PASSWORD_RESET_TIMEOUT = -1
        case "cut":
            link = f"{link[:-3]}/"
        case "given meanwhile":
            User.objects.update(email="given@lab.example")
    answer = send(link)
    assert answer.status_code == 410
    assert "does not work any more" in answer.text
    assert address_of(alice) != WANTED


def test_neither_passwords_nor_mails_without_end(letters, ask, settings):
    settings.ACCOUNT_RATE_LIMITS = {"change_mail": "2/1h/user"}
    for _ in range(2):
        assert ask().status_code == 302
    answer = ask()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    settings.ACCOUNT_RATE_LIMITS = {"change_password": "1/m/user"}
    assert ask(password="a guess").status_code == 422
    answer = ask(password="another guess")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert len(letters) == 2


def test_who_cannot_be_asked_or_mailed_is_told_whom_to_ask(alice, web, ask, settings):
    settings.MAIL_IS_ON = False
    assert not mail.is_on()
    assert "sends no mails" in ask().text
    settings.MAIL_IS_ON = True
    alice.set_unusable_password()
    alice.save()
    web.force_login(alice)
    assert "have no password here" in ask().text
    assert not AddressChange.objects.exists()


def test_the_address_before_is_told_though_the_mail_server_was_away(alice, letters):
    change = addresses.given(alice, "old@lab.example", alice)
    letters.refusing = True
    with pytest.raises(SMTPException, match="Come back later"):
        addresses.tell_before(change.pk)
    assert addresses.due() == []
    AddressChange.objects.update(done_at=timezone.now() - timedelta(hours=1))
    assert addresses.due() == [change.pk]
    letters.refusing = False
    addresses.tell_before(change.pk)
    addresses.tell_before(change.pk)
    assert [letter["To"] for letter in letters] == ["old@lab.example"]
    addresses.given(alice, "", alice)
    addresses.ask(alice, WANTED)
    AddressChange.objects.filter(done_at=None).update(asked_at=timezone.now() - timedelta(hours=2))
    AddressChange.objects.filter(done_at__isnull=False).update(done_at=timezone.now() - timedelta(days=2))
    assert addresses.due() == []
    assert not AddressChange.objects.exists()


def test_who_had_no_address_before_has_nobody_told(alice, letters, ask, send):
    User.objects.update(email="")
    ask()
    send(link_in(letters))
    assert address_of(alice) == WANTED
    assert len(letters) == 1


def test_a_person_switched_off_meanwhile_gets_no_link(alice, letters):
    change_id = addresses.ask(alice, WANTED)
    User.objects.update(is_active=False)
    addresses.send_link(change_id)
    addresses.send_link(0)
    assert not letters


def test_the_pages_ask_little(web, letters, ask, django_assert_max_num_queries):
    ask()
    for address in (reverse("account-mail"), link_in(letters)):
        with django_assert_max_num_queries(8):
            assert web.get(address).status_code == 200
