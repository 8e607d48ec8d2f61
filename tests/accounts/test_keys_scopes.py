"""What a key opens: reading or changing, until it ends; and keys made, listed and removed by REST."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import audit, keys
from accounts.models import ApiToken, AuditEntry
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery
from tests.people import signed_in

ME, KEYS = "/api/v1/me", "/api/v1/me/keys"


def asked(key: str, method: str = "GET", path: str = ME, body=None):
    client = APIClient(headers={"Authorization": f"Token {key}"})
    return client.generic(method, path) if body is None else client.post(path, body, format="json")


def later(days: float):
    return timezone.now() + timedelta(days=days)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_reading_key_reads(alice, method):
    assert asked(keys.make(alice, "r", scope="read")[1], method).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ME, KEYS, "/api/v1/me/mast-token", "/api/v1/baskets"])
def test_a_reading_key_changes_nothing(alice, method, path):
    answer = asked(keys.make(alice, "r", scope="read")[1], method, path)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"].startswith("This API key may only read")


def test_a_reading_key_is_refused_even_with_a_session(api, alice):
    key = keys.make(alice, "r", scope="read")[1]
    answer = api.post(KEYS, {"name": "x"}, format="json", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 403


def test_a_key_ends(alice):
    row, key = keys.make(alice, "short", expires_at=later(1))
    assert asked(key).status_code == 200
    ApiToken.objects.filter(pk=row.pk).update(expires_at=later(-1), last_used_at=None)
    answer = asked(key)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json()["error"]["message"].startswith("This API key ended on ")
    assert ApiToken.objects.get(pk=row.pk).last_used_at is None


def test_an_end_that_is_past_is_none(alice):
    with pytest.raises(BadQuery, match="in the future"):
        keys.make(alice, "late", expires_at=later(-0.01))


def test_keys_are_bounded(alice):
    rows = [ApiToken(user=alice, name="k", digest=str(n)) for n in range(keys.KEYS_MOST)]
    ApiToken.objects.bulk_create(rows)
    with pytest.raises(Conflict, match="100 keys"):
        keys.make(alice, "one more")


def test_keys_are_in_the_audit_by_their_first_letters(alice):
    row, key = keys.make(alice, "laptop", scope="read", expires_at=later(30))
    keys.remove(alice, row.pk)
    made, removed = AuditEntry.objects.order_by("pk")
    assert (made.event, removed.event) == (audit.Event.KEY_MADE, audit.Event.KEY_REMOVED)
    assert made.subject == removed.subject == key[:8]
    assert made.facts == {"scope": "read", "ends": later(30).date().isoformat()}
    assert key not in str(list(AuditEntry.objects.values()))


def test_rest_makes_lists_and_removes(api, alice):
    made = api.post(KEYS, {"name": "night", "scope": "write"}, format="json")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    key = made.json()["key"]
    assert keys.owner_of(key) == alice
    (listed,) = api.get(KEYS).json()["results"]
    assert listed["name"] == "night"
    assert listed["last_used_at"] is not None
    assert key not in api.get(KEYS).text
    assert api.delete(f"{KEYS}/{listed['id']}").status_code == 204
    assert asked(key).status_code == 401


def test_rest_makes_a_reading_key_unless_said(api):
    assert api.post(KEYS, {"name": "x"}, format="json").json()["scope"] == "read"


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "x", "scope": "all"}, {"name": "x", "expires_at": "2001-01-01T00:00:00Z"}],
    ids=str,
)
def test_rest_refuses_a_key_that_cannot_be(api, body):
    assert api.post(KEYS, body, format="json").status_code == 400
    assert not ApiToken.objects.exists()


def test_a_key_made_with_a_key_ends_with_it(alice):
    row, key = keys.make(alice, "parent", expires_at=later(3))
    for told in ({}, {"expires_at": later(300).isoformat()}):
        asked(key, path=KEYS, body={"name": "child", "scope": "write", **told})
    children = ApiToken.objects.filter(name="child").values_list("expires_at", flat=True)
    assert list(children) == [row.expires_at] * 2
    sooner = asked(key, path=KEYS, body={"name": "sooner", "expires_at": later(1).isoformat()})
    assert sooner.json()["expires_at"] < row.expires_at.isoformat()


def test_the_page_shows_scope_end_and_last_use(alice):
    web = signed_in(alice)
    shown = web.post("/account/keys/", {"name": "laptop", "scope": "write", "days": "30"})
    assert "It reads and changes what you may" in shown.text
    row = ApiToken.objects.get()
    assert row.expires_at is not None
    assert abs(row.expires_at - later(30)) < timedelta(minutes=5)
    ApiToken.objects.update(expires_at=later(-2))
    assert f"ended {later(-2):%Y-%m-%d}" in web.get("/account/").text


def test_the_page_makes_a_reading_key_unless_said(alice):
    web = signed_in(alice)
    web.post("/account/keys/", {"name": "laptop"})
    assert ApiToken.objects.get().scope == "read"


def test_the_command_makes_one_that_writes_and_does_not_end_unless_said(alice):
    call_command("api_token", "alice")
    call_command("api_token", "alice", scope="read", days=30)
    rows = ApiToken.objects.order_by("pk").values_list("scope", "expires_at")
    assert rows[0] == ("write", None)
    assert (rows[1][0], rows[1][1].date()) == ("read", later(30).date())
    with pytest.raises(CommandError, match="after 1 to"):
        call_command("api_token", "alice", days=-1)
