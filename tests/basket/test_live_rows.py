"""The pages of a basket's rows and of its activity follow what other members do."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from basket import activity, baskets, lines, notes
from basket.models import Basket
from tests.basket.make import observation
from tests.basket.shown import text
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LOOK = {"HX-Request": "true"}
PAGES = ["rows", "rows?kind=files", "rows?noted=1", "activity"]


def looked(user: User, basket: Basket, page: str) -> tuple[str, str]:
    """A page as it is opened, and where it looks again."""
    found = text(signed_in(user).get(f"/baskets/{basket.pk}/{page}")).split("<main")[1]
    address = found.split(' data-live hx-get="')[1].split('"')[0].replace("&amp;", "&")
    return found, f"/baskets/{basket.pk}/{page.partition('?')[0]}{address}"


@pytest.mark.parametrize("part", PAGES)
def test_what_another_member_did_arrives_in_the_next_look(
    common: Basket, alice: User, bob: User, part: str, django_assert_max_num_queries: Any
) -> None:
    _, address = looked(alice, common, part)
    client = signed_in(alice)
    with django_assert_max_num_queries(5):
        assert client.get(address, headers=LOOK).status_code == 204
    lines.add_observations(common, [observation(3)], bob)
    lines.add_files(common, [{"dataURI": "mast:JWST/product/a_cal.fits"}], bob)
    notes.write(common, bob, "the deep one", obsid="3")
    with django_assert_max_num_queries(14):
        found = text(client.get(address, headers=LOOK))
    assert "<html" not in found
    assert 'id="basket-heading" hx-swap-oob="true"' in found
    new = {"rows": "jw3", "rows?kind=files": "a_cal.fits", "rows?noted=1": "the deep one"}
    assert new.get(part, "<span>noted on jw3: “the deep one”</span>") in found
    again = found.split(' data-live hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"{address.partition('?')[0]}{again}", headers=LOOK).status_code == 204


def test_a_lock_takes_the_fields_for_notes_away(common: Basket, alice: User, bob: User) -> None:
    page, address = looked(bob, common, "rows")
    assert "Note on jw1" in page
    baskets.lock(common, alice)
    part = text(signed_in(bob).get(address, headers=LOOK))
    assert "Note on jw1" not in part
    assert "<strong>alice</strong> locked it" in part


def test_without_a_script_the_same_address_is_a_page(common: Basket, alice: User) -> None:
    _, address = looked(alice, common, "rows")
    assert "<html" in text(signed_in(alice).get(address))


def test_older_activity_is_as_it_was(common: Basket, alice: User) -> None:
    event = activity.latest(common)
    assert event is not None
    page = text(signed_in(alice).get(f"/baskets/{common.pk}/activity?before={event.pk}"))
    assert "data-live" not in page.split("<main")[1]
    assert "made this basket" in page
