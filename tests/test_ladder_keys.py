"""What a key opens at every address: as its person, less when it only reads, nothing when it has ended."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import ApiToken, Scope
from tests.ladder_rules import NEEDS_ROWS, RULES
from tests.ladder_steps import FORBIDDEN, METHODS, PEOPLE, PUBLIC, SIGN_IN
from tests.ladder_world import EVERY, World, make_world, met, with_rows

ALICE, NOBODY_IN = PEOPLE.index("alice"), PEOPLE.index("anonymous")
API = [(name, parts) for text, name, parts in EVERY if text.startswith("api/")]
PAGES = [(name, parts) for text, name, parts in EVERY if not text.startswith(("api/", "admin/", "healthz"))]
# Opened by a signature in the address, whoever asks.
SIGNED = {"sent-table"}
Address = tuple[str, tuple[str, ...]]


@pytest.fixture
def world(alice: User, bob: User, charlie: User) -> World:
    return make_world(alice, bob, charlie)


def client_with(person: User, scope: str = Scope.WRITE, *, ended: bool = False) -> Client:
    row, key = keys.make(person, "tried", scope=scope)
    if ended:
        ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return Client(raise_request_exception=False, headers={"Authorization": f"Token {key}"})


def in_order(world: World, addresses: list[Address]) -> Iterator[Address]:
    """Those that need rows come last, when the world has them."""
    yield from (each for each in addresses if each[0] not in NEEDS_ROWS)
    with_rows(world)
    yield from (each for each in addresses if each[0] in NEEDS_ROWS)


def unexpected(
    world: World, client: Client, addresses: list[Address], expected: Callable[[str, str], set[object] | None]
) -> dict[tuple[str, str], object]:
    """What was met where something else is expected; each request's traces are undone."""
    wrong = {}
    for name, parts in in_order(world, addresses):
        for method in METHODS:
            if (right := expected(name, method)) is None:
                continue
            mark = transaction.savepoint()
            response = world.ask(client, method, name, parts)
            transaction.savepoint_rollback(mark)
            found = met(response, response.request["PATH_INFO"])
            if found not in right:
                wrong[name, method] = (found, right)
    return wrong


def test_a_key_opens_what_its_person_may_open(world: World) -> None:
    def expected(name: str, method: str) -> set[object] | None:
        return {RULES[name][method][ALICE]} if method in RULES[name] else None

    assert not unexpected(world, client_with(world.people["alice"]), API, expected)


def test_a_key_opens_no_page(world: World) -> None:
    def expected(name: str, method: str) -> set[object] | None:
        return {RULES[name][method][NOBODY_IN]} if method in RULES[name] else None

    assert not unexpected(world, client_with(world.people["alice"]), PAGES, expected)


def test_a_key_that_reads_changes_nothing(world: World) -> None:
    def expected(name: str, method: str) -> set[object] | None:
        if name in SIGNED:
            return None
        if method != "GET":
            return {FORBIDDEN}
        return {RULES[name][method][ALICE]} if method in RULES[name] else {405}

    client = client_with(world.people["alice"], Scope.READ)
    assert not unexpected(world, client, API, expected)


def test_a_key_that_has_ended_opens_nothing(world: World) -> None:
    def expected(name: str, method: str) -> set[object] | None:
        is_open = name in SIGNED or RULES[name].get(method) == PUBLIC
        return None if is_open else {SIGN_IN}

    assert not unexpected(world, client_with(world.people["alice"], ended=True), API, expected)
