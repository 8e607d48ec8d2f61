"""At the same moment: owners who go, people who follow one link, groups of one name."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections

from accounts.groups import invitations, leaving, members
from accounts.models import Membership, ResearchGroup
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery
from tests.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(deed: Callable[[User], Any], people: list[User]) -> list[str]:
    """What came of it for each of `people`, who all begin together."""
    start = Barrier(len(people))

    def one(person: User) -> str:
        start.wait(30)
        try:
            deed(person)
        except (Conflict, BadQuery) as error:
            return error.message
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(one, people))


def cast(role: str, group: str) -> list[User]:
    return [make_person(f"person {number}", group, role) for number in range(AT_ONCE)]


def test_one_owner_stays_when_all_go() -> None:
    people = cast("owner", "Owners")
    group = ResearchGroup.objects.get(name="Owners")
    said = at_once(lambda person: leaving.leave(person, group), people)
    assert said == sorted(["done"] * (AT_ONCE - 1) + [members.LAST_OWNER])
    assert Membership.objects.get(group=group).role == "owner"


def test_one_comes_in_when_many_follow_a_link(alice: User) -> None:
    group = alice.memberships.get().group
    row, _ = invitations.make(alice, group, "reader")
    said = at_once(lambda person: invitations.accept(person, row.digest), cast("reader", "Elsewhere"))
    assert said.count("done") == 1
    assert sum("used already" in words for words in said) == AT_ONCE - 1
    assert group.memberships.count() == 2


def test_one_gets_the_name_that_many_want() -> None:
    said = at_once(lambda person: members.make(person, "Dust"), cast("reader", "Elsewhere"))
    assert said.count("done") == 1
    assert ResearchGroup.objects.filter(name="Dust").count() == 1
