"""Signing in by password: locked out after failures, written down, and no page of allauth's beside it."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import sign_in
from accounts.audit import Event
from accounts.models import AuditEntry

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> Any:
    """How strong hashes are is tested with the account's pages."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "6/900s/ip,3/900s/key"}
    return settings


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@lab.example", PASSWORD)


def enter(client: Client, username: str = "alice", password: str = "wrong", **extra: Any) -> Any:
    return client.post(reverse("sign-in"), {"username": username, "password": password}, **extra)


def events() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("event", flat=True))


def test_it_is_written_down(client, alice):
    enter(client)
    enter(client, password=PASSWORD)
    client.post(reverse("sign-out"))
    assert events() == [Event.SIGN_IN_FAILED, Event.SIGNED_IN, Event.SIGNED_OUT]
    assert set(AuditEntry.objects.values_list("person", flat=True)) == {alice.profile.audit_id}
    assert AuditEntry.objects.first().by in {None, alice.profile.audit_id}


def test_failures_lock_out_and_say_until_when(client, alice):
    for _ in range(3):
        assert enter(client).status_code == 422
    locked = enter(client, password=PASSWORD)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 900
    assert re.search(r"Come back at \d\d:\d\d UTC, in 1?\d minutes", locked.text)
    assert client.get("/account/").status_code == 302
    assert events() == [Event.SIGN_IN_FAILED] * 3 + [Event.LOCKED_OUT]


def counter(request: Any, name: str = "alice") -> str:
    """Where the failures with a name are counted."""
    rate = sign_in.ratelimit.get_rates(**sign_in.COUNTED)[1]
    return sign_in.ratelimit.get_cache_key(request, **sign_in.COUNTED, rate=rate, key=name)


def test_tries_while_locked_out_prolong_nothing(client, alice, rf):
    for _ in range(3):
        enter(client)
    until = sign_in.locked_until(rf.get("/"), "alice")
    assert {enter(client).status_code for _ in range(4)} == {429}
    assert sign_in.locked_until(rf.get("/"), "alice") == until
    failures = cache.get(counter(rf.get("/")))
    cache.set(counter(rf.get("/")), [at - 900 for at in failures])  # that long ago
    assert enter(client, password=PASSWORD).status_code == 302


@pytest.mark.parametrize("spelling", ["ALICE", "Alice", " alice ", "ａlice"])
def test_another_spelling_is_the_same_name(client, alice, spelling):
    for _ in range(3):
        enter(client)
    assert enter(client, spelling, PASSWORD).status_code == 429


def test_another_port_in_the_request_is_the_same_name(client, alice):
    for port in (1, 2, 3):
        enter(client, HTTP_HOST=f"testserver:{port}")
    assert enter(client, password=PASSWORD, HTTP_HOST="testserver:4").status_code == 429


def test_others_sign_in_meanwhile_until_the_network_address_is_locked_out(client, alice):
    User.objects.create_user("bob", password=PASSWORD)
    for _ in range(3):
        enter(client)
    assert enter(Client(), "bob", PASSWORD).status_code == 302
    for number in range(3):
        enter(client, f"guess-{number}")
    assert enter(Client(), "bob", PASSWORD).status_code == 429
    assert enter(Client(REMOTE_ADDR="192.0.2.7"), "bob", PASSWORD).status_code == 302


def test_a_forged_address_does_not_unlock(client, alice):
    for number in range(6):
        enter(client, f"guess-{number}", headers={"X-Forwarded-For": f"192.0.2.{number}"})
    assert enter(client, password=PASSWORD, headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_who_signs_in_well_is_not_counted(alice):
    for _ in range(8):
        assert enter(Client(), password=PASSWORD).status_code == 302


def test_many_tries_at_once_are_refused_not_broken(rf, alice):
    """The lock of the counter is another's for a second."""
    cache.add(f"{counter(rf.post('/'))}:lock", True)
    answer = enter(Client(), password=PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"


def test_an_account_that_is_switched_off(client, alice):
    User.objects.update(is_active=False)
    answer = enter(client, password=PASSWORD)
    assert answer.status_code == 422
    assert "switched off" in answer.text
    assert Event.SIGNED_IN not in events()


@pytest.mark.parametrize(
    ("username", "password"),
    [("", ""), ("alice", ""), ("a\0b", "x"), ("x" * 151, "x"), ("alice", "x" * 5000), ("<script>", "x")],
)
def test_bad_input_is_said_and_not_repeated_as_markup(client, alice, username, password):
    answer = enter(client, username, password)
    assert answer.status_code == 422
    assert "<script>x" not in answer.text
    assert "<script></" not in answer.text


def test_the_administration_has_no_form_of_its_own(client, alice):
    there = client.get("/admin/", follow=True)
    assert there.redirect_chain[-1][0] == f"{reverse('sign-in')}?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "alice", "password": PASSWORD}).status_code == 405
    assert enter(client, password=PASSWORD).status_code == 302
    assert client.get("/admin/", follow=True).status_code == 403


def test_an_administrator_comes_from_there_and_back(client, alice):
    User.objects.update(is_staff=True, is_superuser=True)
    sent = {"username": "alice", "password": PASSWORD, "next": "/admin/"}
    assert client.post(reverse("sign-in"), sent, follow=True).status_code == 200


def views(entries: list[Any]) -> list[Any]:
    found = []
    for entry in entries:
        found += views(entry.url_patterns) if isinstance(entry, URLResolver) else [entry]
    return [entry for entry in found if isinstance(entry, URLPattern)]


def test_no_page_of_allauths_is_routed():
    modules = {entry.lookup_str for entry in views(get_resolver().url_patterns)}
    assert not {name for name in modules if name.startswith("allauth")}
