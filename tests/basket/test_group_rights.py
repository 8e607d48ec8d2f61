"""Before a bundle: who else of the group could retrieve it, told by members who allow it to members only."""

import pytest
from django.contrib.auth.models import User

from accounts import tokens
from accounts.models import Membership
from basket.models import Basket
from basket.preflight import preflight_of
from basket.rights import rights_of
from mastportal.search.rowstates import states_of
from tests.archive import Sandbox
from tests.basket.make import exclusive_basket
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.people import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(alice: User, bob: User, sandbox: Sandbox, exclusive_programme: str) -> Basket:
    """The group's basket with exclusive files that Alice's token opens; hers were asked about."""
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    basket = exclusive_basket(alice, exclusive_programme)
    basket.group = Membership.objects.get(user=alice).group
    basket.save()
    preflight_of(basket, alice)
    return basket


def test_who_could_retrieve_is_told_by_those_who_allow_it(
    shared: Basket, alice: User, bob: User, charlie: User, sandbox: Sandbox
) -> None:
    address = f"/api/v1/baskets/{shared.pk}/preflight"
    mark = sandbox.mark()
    (told,) = client_of(bob).get(address).json()["programmes"]
    assert (told["opens"], told["members"]) == ("no", [])
    tokens.tell_groups(alice, True)
    answer = client_of(bob).get(address).json()
    (told,) = answer["programmes"]
    assert [(each["username"], each["opens"]) for each in told["members"]] == [("alice", True)]
    (said,) = [each for each in answer["said"] if each.startswith("Others of the group")]
    assert f"alice: programme {told['programme']}" in said
    assert client_of(charlie).get(address).status_code == 404
    assert {entry["who"] for entry in sandbox.log(mark)} <= {"", "bob"}, "nobody's token but the asker's"
    tokens.forget(alice)
    assert client_of(bob).get(address).json()["programmes"][0]["members"] == []


def test_nobody_is_told_of_who_has_left_the_group(shared: Basket, alice: User, bob: User) -> None:
    tokens.tell_groups(alice, True)
    Membership.objects.filter(user=alice).delete()
    assert [each.members for each in preflight_of(shared, bob).programmes] == [()]


@pytest.mark.long
def test_a_basket_of_ones_own_names_nobody(shared: Basket, alice: User, bob: User) -> None:
    tokens.tell_groups(bob, True)
    shared.group = None
    shared.save()
    assert [each.members for each in preflight_of(shared, alice).programmes] == [()]


def test_rows_count_the_days(alice: User, db: None) -> None:
    row = {"obs_collection": "JWST", "proposal_id": "1", "dataRights": "EXCLUSIVE_ACCESS", "calib_level": 3}
    rights = rights_of([row | {"t_obs_release": 10.0}], alice)
    today = rights.today_mjd
    assert rights.days_on(row | {"t_obs_release": today + 12}) == 12
    assert rights.words_on(row | {"t_obs_release": today + 12}).endswith("; public in 12 days")
    assert rights.days_on(row) is None
    assert rights.days_on(row | {"t_obs_release": today - 1}) is None
    state = states_of(60000.0)(row | {"t_obs_release": 60012.5, "obsid": "1"})
    assert state.words == "Exclusive access; public in 12 days, from 2023-03-09 on"
    assert states_of(60000.0)(row | {"obsid": "1"}).words == "Exclusive access; no release date known"
