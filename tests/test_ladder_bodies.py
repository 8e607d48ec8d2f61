"""What a body names is looked at like what an address names: nobody reaches another's things by it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.models import ResearchGroup
from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.news.models import Subscription
from tests.ladder_world import World, make_world
from tests.people import client_of

FOLLOW = {"kind": "program", "program": "1073"}


@dataclass(frozen=True)
class Case:
    """A call of somebody's own, whose body names something of Alice's; what an outsider and a reader meet."""

    method: str
    path: str
    body: Callable[[World], dict[str, Any]]
    outsider: int
    reader: int


CASES = {
    "merge": Case("post", "baskets/{basket}/merge", lambda w: {"basket": w.basket.pk}, 404, 200),
    "copy": Case(
        "post", "baskets/{basket}/copy", lambda w: {"name": "x", "group": w.basket.group_id}, 403, 403
    ),
    "make": Case("post", "baskets", lambda w: {"name": "x", "group": w.basket.group_id}, 403, 403),
    "move": Case("patch", "baskets/{basket}", lambda w: {"group": w.basket.group_id}, 403, 403),
    "save": Case(
        "post",
        "saved-searches",
        lambda w: {"name": "x", "search": str(w.search.pk), "group": w.basket.group_id},
        403,
        403,
    ),
    "share": Case("patch", "saved-searches/{saved}", lambda w: {"group": w.basket.group_id}, 403, 403),
    "follow a basket": Case(
        "post", "subscriptions", lambda w: {"kind": "basket", "basket": w.basket.pk}, 400, 201
    ),
    "follow a search": Case(
        "post", "subscriptions", lambda w: {"kind": "search", "search": w.saved.pk}, 400, 201
    ),
    "have added": Case("post", "subscriptions", lambda w: FOLLOW | {"add_to_basket": w.basket.pk}, 400, 400),
    "have called": Case(
        "post",
        "subscriptions",
        lambda w: FOLLOW | {"channels": ["webhook"], "webhooks": [str(w.told["webhook_id"])]},
        400,
        400,
    ),
    "look at a calendar": Case("get", "calendar", lambda w: {"group": w.basket.group_id}, 404, 200),
}


@pytest.fixture
def world(alice: User, bob: User, charlie: User) -> World:
    return make_world(alice, bob, charlie)


def in_the_group(group: ResearchGroup) -> tuple[int, int]:
    """How many baskets and saved searches the group has."""
    return Basket.objects.filter(group=group).count(), SavedSearch.objects.filter(group=group).count()


@pytest.mark.parametrize("who", ["charlie", "dora"])
@pytest.mark.parametrize("name", CASES)
def test_a_body_names_nothing_that_is_not_its_senders(name: str, who: str, world: World) -> None:
    case, person = CASES[name], world.people[who]
    own = {
        "basket": Basket.objects.create(name="Own", owner=person).pk,
        "saved": SavedSearch.objects.create(name="Own", owner=person, search=world.search).pk,
    }
    group = world.basket.group
    assert group is not None
    before = in_the_group(group)
    ask = getattr(client_of(person), case.method)
    how = {} if case.method == "get" else {"format": "json", "headers": {"If-Match": "*"}}
    answer = ask(f"/api/v1/{case.path.format(**own)}", case.body(world), **how)
    expected = case.outsider if who == "charlie" else case.reader
    assert answer.status_code == expected, answer.json()
    assert in_the_group(group) == before
    if expected == 400:
        assert not Subscription.objects.filter(owner=person).exists()
