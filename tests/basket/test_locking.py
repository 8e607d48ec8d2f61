"""A basket that is locked: nothing changes it, everybody sees why, and who unlocks it."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from basket import baskets, lines
from basket.models import Basket
from mastportal.conflicts import Conflict
from tests.basket.make import observation
from tests.basket.shown import text
from tests.people import client_of, signed_in

pytestmark = pytest.mark.django_db
REST_CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("patch", "", {"name": "y"}),
    ("patch", "", {"group": None}),
    ("delete", "", {}),
    ("put", "/selection", {"preset": "none"}),
    ("put", "/notes", {"obsid": "1", "note": "x"}),
    ("delete", "/observations/1", {}),
    ("post", "/refresh", {}),
    ("post", "/lock", {}),
]
PAGE_CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("settings", {"name": "y", "was": "Shared"}),
    ("remove", {}),
    ("refresh", {"all": "1"}),
    ("lines/1/remove", {}),
    ("files/remove", {"dataURI": "mast:x"}),
    ("selection", {"action": "preset", "preset": "none"}),
    ("notes", {"obsid": "1", "note": "x"}),
    ("lock", {}),
]


@pytest.fixture
def locked(common: Basket, alice: User) -> Basket:
    baskets.lock(common, alice, "final for the paper")
    return common


@pytest.mark.parametrize(("method", "part", "body"), REST_CHANGES, ids=str)
def test_a_locked_basket_refuses_every_change(
    locked: Basket, alice: User, method: str, part: str, body: dict[str, Any]
) -> None:
    address = f"/api/v1/baskets/{locked.pk}{part}"
    answer = getattr(client_of(alice), method)(address, body, format="json", headers={"If-Match": "*"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "locked")
    assert "locked by alice" in error["message"]
    assert "final for the paper" in error["message"]
    before = locked.revision
    locked.refresh_from_db()
    assert locked.revision == before


@pytest.mark.parametrize(("part", "body"), PAGE_CHANGES, ids=[part for part, _ in PAGE_CHANGES])
def test_the_pages_of_a_locked_basket_refuse_every_change(
    locked: Basket, bob: User, part: str, body: dict[str, Any]
) -> None:
    page = text(signed_in(bob).post(f"/baskets/{locked.pk}/{part}", body), 409)
    assert "locked by alice" in page
    assert "Make my change all the same" not in page


def test_what_joins_a_locked_basket_is_refused(locked: Basket, alice: User) -> None:
    with pytest.raises(Conflict):
        lines.add_observations(locked, [observation(8)], alice)
    with pytest.raises(Conflict):
        baskets.merge(locked, baskets.make("Other", alice), alice)


def test_a_locked_basket_is_looked_at_copied_and_unlocked(locked: Basket, alice: User, bob: User) -> None:
    assert "Locked by alice" in text(signed_in(bob).get(f"/baskets/{locked.pk}/"))
    told = client_of(bob).get(f"/api/v1/baskets/{locked.pk}").json()["locked"]
    assert (told["by"], told["note"]) == ("alice", "final for the paper")
    copy = client_of(bob).post(f"/api/v1/baskets/{locked.pk}/copy", {"name": "Mine"}, format="json")
    assert (copy.status_code, copy.json()["locked"], copy.json()["owner"]) == (201, None, "bob")
    assert client_of(bob).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 403
    assert client_of(alice).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 204
    assert client_of(alice).delete(f"/api/v1/baskets/{locked.pk}/lock").status_code == 409
    assert lines.add_observations(locked, [observation(8)], bob).added == 1


def test_an_editor_unlocks_what_they_locked(common: Basket, bob: User) -> None:
    assert signed_in(bob).post(f"/baskets/{common.pk}/lock", {"note": "mine"}).status_code == 302
    assert signed_in(bob).post(f"/baskets/{common.pk}/unlock").status_code == 302
    common.refresh_from_db()
    assert common.locked_at is None
