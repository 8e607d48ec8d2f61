"""What each viewer may retrieve of a basket's rows: their own right, known without asking for it."""

from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from accounts import tokens
from accounts.models import Membership
from basket import lines
from basket.contents import Contents, products_table
from basket.models import Basket
from basket.preflight import preflight_of
from basket.rights import exclusive_scope
from tests.archive import Sandbox
from tests.basket.make import exclusive_basket
from tests.basket.shown import HTMX, text
from tests.basket.tables import TODAY_MJD, harvested_table, product
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.people import client_of, signed_in

DATES = st.none() | st.sampled_from([TODAY_MJD - 1.0, TODAY_MJD, TODAY_MJD + 1.0])
RIGHTS = st.sampled_from([None, "PUBLIC", "EXCLUSIVE_ACCESS", "RESTRICTED"])


@pytest.fixture
def shared(alice: User, bob: User, sandbox: Sandbox, exclusive_programme: str) -> Basket:
    """The group's basket with exclusive files that Alice's token opens and Bob's does not."""
    basket = exclusive_basket(alice, exclusive_programme)
    Basket.objects.filter(pk=basket.pk).update(group=Membership.objects.get(user=alice).group)
    return Basket.objects.get(pk=basket.pk)


def opens(user: User, basket: Basket) -> set[str]:
    rows = client_of(user).get(f"/api/v1/baskets/{basket.pk}/rows").json()["rows"]
    return {row["opens"] for row in rows}


@pytest.mark.django_db(transaction=True)
def test_each_viewer_sees_their_own_right(
    shared: Basket, alice: User, bob: User, charlie: User, sandbox: Sandbox
) -> None:
    assert opens(alice, shared) == opens(bob, shared) == {"no_token"}
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    mark = sandbox.mark()
    assert opens(alice, shared) == opens(bob, shared) == {"unknown"}
    assert not [entry for entry in sandbox.log(mark) if entry["uri"]], "looking at a basket asks nobody"
    for user in (alice, bob):
        preflight_of(shared, user)
    assert (opens(alice, shared), opens(bob, shared)) == ({"yes"}, {"no"})
    assert client_of(charlie).get(f"/api/v1/baskets/{shared.pk}/rows").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_tree_says_what_was_asked_just_now(
    shared: Basket, alice: User, bob: User, sandbox: Sandbox
) -> None:
    said = {alice: "your token opens it", bob: "your token does not open it"}
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    for user, words in said.items():
        client = signed_in(user)
        assert "has not been asked lately" in text(client.get(f"/baskets/{shared.pk}/"))
        part = text(client.get(f"/baskets/{shared.pk}/preflight", headers=HTMX))
        assert words in part.split('id="basket-tree" hx-swap-oob="true"')[1]
        for page in ("", "rows"):
            assert words in text(client.get(f"/baskets/{shared.pk}/{page}"))


@pytest.mark.django_db
def test_many_programmes_are_a_few_questions(alice: User, django_assert_max_num_queries: Any) -> None:
    basket = Basket.objects.create(name="Many", owner=alice)
    told = {"calib_level": 3, "dataRights": "EXCLUSIVE_ACCESS", "obs_collection": "JWST"}
    rows = [told | {"obsid": str(n), "proposal_id": str(n), "obs_id": f"jw{n}"} for n in range(300)]
    lines.add_observations(basket, rows, alice)
    client = client_of(alice)
    client.get(f"/api/v1/baskets/{basket.pk}/rows")
    with django_assert_max_num_queries(12):
        answer = client.get(f"/api/v1/baskets/{basket.pk}/rows?page_size=300").json()
    assert len(answer["rows"]) == 300


@given(RIGHTS, DATES)
def test_a_row_needs_a_token_when_its_files_do(rights: str | None, release: float | None) -> None:
    """The same rule as for the files of the observation, where these say nothing else."""
    line = {"obsid": "1", "t_obs_release": release, "dataRights": rights, "obs_collection": "JWST"}
    row = product("jw01176001001_02101_00001_nrca1_cal.fits", obsid="1", dataRights=rights)
    table: pa.Table = products_table(Contents((line,)), harvested_table([row]), TODAY_MJD)
    assert bool(exclusive_scope(line, TODAY_MJD)) == table["needs_token"][0].as_py()
