"""Product lists: one observation a question, kept, merged, tried again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from mastportal.search import products
from mastportal.search.failures import Broken
from mastportal.search.models import ListedUri, ProductList
from mastportal.search.opened import tables
from mastportal.search.results import open_table
from mastportal.work import Phase
from tests.archive import Sandbox
from tests.search.make import PROGRAMME, answered


@pytest.fixture
def obsids(sandbox: Sandbox, alice: User) -> list[str]:
    """Three executed observations that the sandbox knows."""
    tables.clear()
    table = open_table(answered(PROGRAMME, alice).current.pk).table
    levels = zip(table["obsid"].to_pylist(), table["calib_level"].to_pylist(), strict=True)
    return [obsid for obsid, level in levels if level == 3][:3]


def harvested(obsids: list[str], refresh: bool = False) -> list[int]:
    ids = products.want(obsids, refresh=refresh)
    for pk in ids:
        products.harvest(pk)
    return ids


def fail(sandbox: Sandbox, times: int = 99) -> None:
    sandbox.faults({"match": "invoke", "times": times, "fault": "status", "status": 503})


def test_each_observation_is_one_question(sandbox: Sandbox, obsids: list[str]) -> None:
    mark = sandbox.mark()
    harvested(obsids)
    assert [entry["service"] for entry in sandbox.log(mark)] == ["Mast.Caom.Products"] * 3


def test_what_is_here_is_not_asked_for_again(sandbox: Sandbox, obsids: list[str]) -> None:
    harvested(obsids)
    assert products.want(obsids) == []


def test_what_is_under_way_is_not_queued_twice(obsids: list[str]) -> None:
    assert len(products.want(obsids)) == 3
    assert products.want([*obsids, "new"]) != []
    assert products.want(obsids) == []


def test_an_old_list_is_asked_for_again(obsids: list[str], settings) -> None:
    ids = harvested(obsids)
    old = timezone.now() - timedelta(seconds=settings.PRODUCTS_TTL_S + 1)
    ProductList.objects.filter(pk=ids[0]).update(fetched_at=old)
    assert products.want(obsids) == [ids[0]]


def test_a_refresh_asks_for_all_and_keeps_the_old_meanwhile(obsids: list[str]) -> None:
    ids = harvested(obsids)
    before = products.table_of(obsids).num_rows
    assert sorted(products.want(obsids, refresh=True)) == sorted(ids)
    assert products.table_of(obsids).num_rows == before
    assert products.state(obsids).waiting == 3


def test_the_merged_table_has_each_file_once(obsids: list[str]) -> None:
    harvested(obsids)
    table = products.table_of(obsids)
    uris = table["dataURI"].to_pylist()
    assert len(uris) == len(set(uris)) == table.num_rows
    state = products.state(obsids)
    assert (state.here, state.waiting, state.failures, state.is_done) == (3, 0, {}, True)
    assert state.products >= table.num_rows
    parents = {parent for joined in table["parents"].to_pylist() for parent in joined.split(";")}
    assert parents == set(obsids)


def test_what_is_harvested_is_listed(obsids: list[str]) -> None:
    harvested(obsids)
    table = products.table_of(obsids)
    assert ListedUri.objects.count() == table.num_rows
    found = products.listing(table["dataURI"][0].as_py())
    assert (found.size_bytes, found.mission) == (table["size"][0].as_py(), "JWST")


def test_only_what_is_here_is_in_the_table(obsids: list[str]) -> None:
    harvested(obsids[:1])
    products.want(obsids)
    assert set(products.table_of(obsids)["parents"].to_pylist()) == {obsids[0]}


def test_a_failed_list_is_shown_and_can_be_tried_again(sandbox: Sandbox, obsids: list[str]) -> None:
    fail(sandbox)
    ids = harvested(obsids[:1])
    assert obsids[0] in products.state(obsids[:1]).failures
    sandbox.clear()
    assert harvested(obsids[:1]) == ids
    assert products.state(obsids[:1]).failures == {}


def test_who_looks_again_and_again_hears_of_a_failure_for_a_while(
    sandbox: Sandbox, obsids: list[str]
) -> None:
    fail(sandbox)
    harvested(obsids[:1])
    assert products.want(obsids[:2], failures_stay_s=60) == [ProductList.objects.get(obsid=obsids[1]).pk]
    ProductList.objects.update(ended_at=timezone.now() - timedelta(seconds=61))
    assert len(products.want(obsids[:1], failures_stay_s=60)) == 1


def test_a_failed_refresh_keeps_the_old_list(sandbox: Sandbox, obsids: list[str]) -> None:
    harvested(obsids[:1])
    before = products.version_of(obsids)
    fail(sandbox)
    harvested(obsids[:1], refresh=True)
    state = products.state(obsids[:1])
    assert (state.here, state.waiting, len(state.failures)) == (1, 0, 1)
    assert products.table_of(obsids[:1]).num_rows > 0
    assert products.version_of(obsids) == before


def test_a_new_list_is_a_new_version(obsids: list[str]) -> None:
    harvested(obsids)
    first = products.open_products(obsids)
    assert products.open_products(obsids) is first
    harvested(obsids[:1], refresh=True)
    assert products.open_products(obsids) is not first


def test_a_broken_list_is_said_to_be_and_asked_for_again(obsids: list[str]) -> None:
    ids = harvested(obsids)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_productlist SET arrow = 'x' WHERE id = %s", [ids[1]])
    broken = ProductList.objects.get(pk=ids[1]).obsid
    with pytest.raises(Broken, match=broken):
        products.table_of(obsids)
    assert set(products.state(obsids).failures) == {broken}
    assert harvested(obsids) == [ids[1]]
    assert products.state(obsids).here == 3


def test_an_unknown_observation_has_no_products(sandbox: Sandbox, db: None) -> None:
    harvested(["987654321"])
    assert ProductList.objects.get().phase == Phase.COMPLETED
    assert products.table_of(["987654321"]).num_rows == 0


def test_wanting_thousands_takes_few_statements(db: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        assert len(products.want([str(n) for n in range(3000)])) == 3000
