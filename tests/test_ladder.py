"""Who gets what at every address: nobody, an outsider, a reader, an editor, the owner."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from tests.ladder_rules import NEEDS_ROWS, RULES
from tests.ladder_steps import ALLOWED, METHODS, NO_SUCH_METHOD, PEOPLE
from tests.ladder_world import ADMIN, OURS, World, make_world, met, with_rows


@pytest.fixture
def world(alice: User, bob: User, charlie: User) -> World:
    return make_world(alice, bob, charlie)


def what_is_met(world: World, person: str, method: str, name: str, parts: tuple[str, ...]) -> object:
    """One request, whose traces are undone before the next person's."""
    client = world.client(person)
    mark = transaction.savepoint()
    response = world.ask(client, method, name, parts)
    transaction.savepoint_rollback(mark)
    if name == "healthz" and response.status_code == 503:  # no workers run beside this test
        return ALLOWED
    return met(response, world.address(name, parts))


def test_every_address_has_a_rule() -> None:
    assert {name for name, _ in OURS} == set(RULES)


@pytest.mark.parametrize(("name", "parts"), OURS, ids=[name for name, _ in OURS])
def test_the_ladder(name: str, parts: tuple[str, ...], world: World) -> None:
    if name in NEEDS_ROWS:
        with_rows(world)
    for method, ladder in RULES[name].items():
        found = tuple(what_is_met(world, person, method, name, parts) for person in PEOPLE)
        assert found == ladder, (method, dict(zip(PEOPLE, found, strict=True)))


@pytest.mark.parametrize(("name", "parts"), OURS, ids=[name for name, _ in OURS])
def test_other_methods_are_refused(name: str, parts: tuple[str, ...], world: World) -> None:
    for method in set(METHODS) - set(RULES[name]):
        assert what_is_met(world, "alice", method, name, parts) == NO_SUCH_METHOD, method


@pytest.mark.parametrize("person", PEOPLE)
def test_administration_is_for_administrators(person: str, world: World) -> None:
    client = world.client(person)
    for text, parts in ADMIN:
        path = "/" + text.replace("^", "").replace("$", "")
        for part in parts:
            path = path.replace(f"<path:{part}>", "1").replace(f"<int:{part}>", "1").replace(f"<{part}>", "1")
        if "(" in path or path in {"/admin/login/", "/admin/logout/"}:
            continue
        for method in METHODS if person == "alice" else ("GET", "POST"):
            response = client.generic(method, path)
            assert response.status_code == 302, (method, path)
            assert response.headers["Location"].startswith("/admin/login/"), (method, path)
