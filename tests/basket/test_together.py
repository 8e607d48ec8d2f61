"""Eight people at one basket at once: what comes of it is what a model says, and nothing breaks."""

import pytest
from django.contrib.auth.models import User

from accounts.models import ResearchGroup
from basket import lines
from basket.models import Basket
from tests.archive import Sandbox
from tests.basket.make import KEYWORDS, PROGRAMME, harvested, rows_of
from tests.basket.together import Member, Pool, all_at_once
from tests.basket.together_model import Model, replay
from tests.people import client_of, make_person

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 8


@pytest.fixture
def pool(alice: User, sandbox: Sandbox) -> Pool:
    """A group's basket with a few observations in it, whose product lists are all here."""
    search, rows = rows_of(PROGRAMME, alice)
    keywords, files = rows_of(KEYWORDS, alice)
    executed = [row for row in rows if row["calib_level"] != -1 and row["obs_collection"] == "JWST"][:8]
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="Ours", owner=alice, group=group)
    lines.add_observations(basket, executed, alice)
    harvested(basket)
    obsids = [row["obsid"] for row in executed]
    rows = client_of(alice).get(f"/api/v1/baskets/{basket.pk}/products?columns=dataURI").json()["rows"]
    uris = [row["dataURI"] for row in rows[:6]]
    singles = [row["dataURI"] for row in files[:5]]
    return Pool(basket.pk, str(search.pk), obsids, str(keywords.pk), singles, uris)


@pytest.mark.parametrize(
    ("changes", "seed"), [(10, 1), pytest.param(250, 2, marks=pytest.mark.long)], ids=["80", "2000"]
)
def test_what_eight_people_do_at_once_adds_up(pool: Pool, alice: User, changes: int, seed: int) -> None:
    basket = Basket.objects.get(pk=pool.basket_id)
    # Alice and Bob own the group, so that who locks may unlock; the others edit.
    people = [alice, make_person("bob", "Demo group", "owner")]
    people += [make_person(f"editor{n}", "Demo group", "editor") for n in range(CLIENTS - 2)]
    members = [Member(user, pool, seed * 100 + n) for n, user in enumerate(people)]
    model, start = Model.of(basket), basket.revision

    done = all_at_once(members, changes)

    last = replay(model, start, done)
    basket.refresh_from_db()
    assert basket.revision == last
    assert Model.of(basket) == model
    assert basket.events.filter(revision__gt=start).count() == last - start, (
        "each change is written down once"
    )
    assert {event.revision for event in basket.events.filter(revision__gt=start)} == {
        *range(start + 1, last + 1)
    }
    assert len(done) > changes * CLIENTS / 2
    if changes > 100:
        met = sum(member.refused[412] for member in members)
        assert met > 0, "some meet another's change of the same selection"
