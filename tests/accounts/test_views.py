"""The pages about a person: signing in and out, token, keys, password; and who may open them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import keys, tokens
from accounts.models import ApiToken, ArchiveToken

PASSWORD = "correct horse battery"
GOOD = "sandbox-token-alice"
PAGES = ["account", "account-password"]
ACTIONS = ["account-token", "account-token-check", "account-token-remove", "account-keys"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_their_person(web, name):
    assert web.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_sent_to_sign_in(client, db, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('sign-in')}?next={reverse(name)}"


@pytest.mark.parametrize("name", ACTIONS)
def test_nobody_does_anything(client, db, name):
    assert client.post(reverse(name)).url.startswith(reverse("sign-in"))


@pytest.mark.parametrize("name", [*ACTIONS, "sign-out"])
def test_actions_reject_get(web, name):
    assert web.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["sign-in", *ACTIONS])
def test_forms_need_the_csrf_token(alice, name):
    client = Client(enforce_csrf_checks=True)
    if name != "sign-in":
        client.force_login(alice)
    assert client.post(reverse(name)).status_code == 403


def test_signing_in_and_out(client, alice):
    entered = client.post(
        reverse("sign-in"), {"username": "alice", "password": PASSWORD, "next": "/account/"}
    )
    assert entered.url == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.post(reverse("sign-out")).url == reverse("sign-in")
    assert client.get("/account/").status_code == 302


def test_a_wrong_password_is_said_once_and_not_repeated(client, alice):
    answer = client.post(reverse("sign-in"), {"username": "alice", "password": "a wrong one"})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert "a wrong one" not in answer.text


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client, alice, wanted):
    answer = client.post(reverse("sign-in"), {"username": "alice", "password": PASSWORD, "next": wanted})
    assert answer.url == "/"


def test_a_signed_in_person_needs_no_sign_in_page(web):
    assert web.get(reverse("sign-in"), {"next": "/baskets/"}).url == "/baskets/"


def test_demo_accounts_are_said_only_beside_a_sandbox(client, alice, settings):
    assert "Demo accounts" in client.get(reverse("sign-in")).text
    settings.ARCHIVE_IS_SANDBOX = False
    assert "Demo accounts" not in client.get(reverse("sign-in")).text


def test_the_account_shows_groups(web):
    assert "Demo group" in web.get("/account/").text


def test_entering_a_token(web, alice, sandbox):
    answer = web.post(reverse("account-token"), {"token": GOOD}, follow=True)
    assert answer.status_code == 200
    assert "accepted by MAST" in answer.text
    assert GOOD not in answer.text


def test_a_refused_token_is_explained_and_not_repeated(web, sandbox):
    answer = web.post(reverse("account-token"), {"token": "sandbox-token-noscope"})
    assert answer.status_code == 422
    assert "lacks the scope mast:exclusive_access" in answer.text
    assert "sandbox-token-noscope" not in answer.text


def test_an_empty_token_is_explained(web):
    assert "Paste a token first." in web.post(reverse("account-token"), {"token": ""}).text


def test_an_archive_that_is_down_is_explained(web, sandbox):
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "reset"})
    answer = web.post(reverse("account-token"), {"token": GOOD})
    assert answer.status_code == 422
    assert not ArchiveToken.objects.exists()


def test_asking_again(web, alice, sandbox):
    tokens.store(alice, GOOD)
    assert "still accepts" in web.post(reverse("account-token-check"), follow=True).text
    ArchiveToken.objects.update(sealed=tokens.seal("gone", alice.pk))
    assert "no longer accepts" in web.post(reverse("account-token-check"), follow=True).text
    assert "no longer accepted" in web.get("/account/").text


def test_asking_again_while_the_archive_is_down(web, alice, sandbox):
    tokens.store(alice, GOOD)
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    answer = web.post(reverse("account-token-check"), follow=True)
    assert 'class="notice error"' in answer.text
    assert tokens.state(alice)["state"] == "valid"


def test_removing_a_token(web, alice, sandbox):
    tokens.store(alice, GOOD)
    web.post(reverse("account-token-remove"))
    assert not ArchiveToken.objects.exists()


def test_a_key_is_shown_once(web):
    shown = web.post(reverse("account-keys"), {"name": "laptop"})
    assert shown.headers["Cache-Control"].count("no-store")
    key = shown.context["new_key"]
    assert key in shown.text
    again = web.get("/account/")
    assert key not in again.text
    assert "laptop" in again.text


def test_a_key_needs_a_name(web):
    answer = web.post(reverse("account-keys"), {"name": " "})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_a_key_of_another_person_cannot_be_removed(web, alice, bob):
    theirs, _ = keys.make(bob, "theirs")
    mine, _ = keys.make(alice, "mine")
    assert web.post(reverse("account-key-remove", args=[theirs.pk])).status_code == 404
    assert web.post(reverse("account-key-remove", args=[mine.pk])).status_code == 302
    assert list(ApiToken.objects.all()) == [theirs]


def test_changing_the_password(web, alice):
    words = {
        "old_password": PASSWORD,
        "new_password1": "another horse battery",
        "new_password2": "another horse battery",
    }
    assert web.post(reverse("account-password"), words).url == "/account/"
    assert web.get("/account/").status_code == 200
    alice.refresh_from_db()
    assert alice.check_password("another horse battery")


def test_a_wrong_present_password(web):
    answer = web.post(reverse("account-password"), {"old_password": "wrong"})
    assert answer.status_code == 422
    assert "not your present password" in answer.text


def test_passwords_are_hashed_by_argon2(alice):
    assert alice.password.startswith("argon2$argon2id$")


def test_the_account_asks_few_questions(web, alice, django_assert_max_num_queries):
    for number in range(5):
        keys.make(alice, f"key {number}")
    with django_assert_max_num_queries(7):
        web.get("/account/")
