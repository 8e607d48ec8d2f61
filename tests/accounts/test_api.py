"""The REST door to oneself: session and API key, the MAST token entered, looked at and removed."""

import pytest
from rest_framework.test import APIClient

from accounts import keys, tokens
from accounts.models import ArchiveToken
from tests.people import client_of

GOOD = "sandbox-token-alice"
ME, TOKEN = "/api/v1/me", "/api/v1/me/mast-token"


def test_me(api):
    answer = api.get(ME).json()
    assert answer["username"] == "alice"
    assert [(group["name"], group["role"]) for group in answer["groups"]] == [("Demo group", "owner")]


def test_me_of_an_editor(bob):
    assert client_of(bob).get(ME).json()["groups"][0]["role"] == "editor"


def test_me_without_groups(django_user_model, db):
    loner = django_user_model.objects.create_user("loner")
    assert client_of(loner).get(ME).json() == {"username": "loner", "groups": []}


@pytest.mark.parametrize("path", [ME, TOKEN])
def test_nobody_is_asked_who_they_are(db, path):
    answer = APIClient().get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_an_api_key_signs_in(alice):
    _, key = keys.make(alice, "script")
    answer = APIClient().get(ME, headers={"Authorization": f"Token {key}"})
    assert answer.json()["username"] == "alice"


@pytest.mark.parametrize("header", ["Token mpk_wrong", "token nonsense", "Token ", "Token m p k"])
def test_a_wrong_key_is_refused_in_one_sentence(db, header):
    answer = APIClient().get(ME, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("This API key is unknown")


def test_a_wrong_key_is_refused_even_with_a_session(api):
    assert api.get(ME, headers={"Authorization": "Token mpk_wrong"}).status_code == 401


def test_another_scheme_is_not_ours(db):
    assert APIClient().get(ME, headers={"Authorization": "Bearer mpk_x"}).status_code == 401


def test_a_session_needs_the_csrf_token(alice):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.delete(TOKEN).status_code == 403


def test_an_api_key_needs_no_csrf_token(alice):
    _, key = keys.make(alice, "script")
    client = APIClient(enforce_csrf_checks=True)
    assert client.delete(TOKEN, headers={"Authorization": f"Token {key}"}).status_code == 204


def test_no_token_yet(api):
    told = api.get(TOKEN).json()
    assert (told.pop("stored"), told.pop("state"), told.pop("scopes")) == (False, "none", [])
    assert told.pop("made_on_assumed") is False
    assert set(told) == {
        "owner",
        "created_at",
        "made_on",
        "checked_at",
        "last_used_at",
        "warn_at",
        "ends_at",
    }
    assert set(told.values()) == {None}


def test_entering_looking_and_removing(api, sandbox):
    entered = api.put(TOKEN, {"token": GOOD}, format="json")
    assert entered.status_code == 200
    assert (entered.json()["stored"], entered.json()["state"], entered.json()["owner"]) == (
        True,
        "valid",
        "alice",
    )
    assert api.get(TOKEN).json() == entered.json()
    assert api.delete(TOKEN).status_code == 204
    assert api.get(TOKEN).json()["stored"] is False


@pytest.mark.parametrize("token", ["wrong", "sandbox-token-expired", "sandbox-token-noscope"])
def test_a_token_the_archive_refuses(api, sandbox, token):
    answer = api.put(TOKEN, {"token": token}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "token"
    assert token not in answer.text
    assert not ArchiveToken.objects.exists()


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"token": ["x"]}, [], "text"])
def test_a_body_without_a_token(api, body):
    assert api.put(TOKEN, body, format="json").status_code == 400


def test_an_archive_that_is_down(api, sandbox):
    sandbox.faults({"match": "/whoami", "times": 99, "fault": "status", "status": 503})
    answer = api.put(TOKEN, {"token": GOOD}, format="json")
    assert answer.status_code == 503
    assert GOOD not in answer.text


def test_a_group_member_sees_only_their_own(api, alice, bob, sandbox):
    tokens.store(alice, GOOD)
    assert client_of(bob).get(TOKEN).json()["stored"] is False
    assert client_of(bob).delete(TOKEN).status_code == 204
    assert api.get(TOKEN).json()["stored"] is True
