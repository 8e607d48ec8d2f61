"""What an archive answers wrongly, or the cache no longer holds as it was, is said plainly and mended."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from basket.models import BasketLine
from mastportal.search.models import ResultSet
from mastportal.search.opened import tables
from tests.acceptance.journey import ROOT, Journey
from tests.acceptance.saying import check_page, check_sentence, in_page, refused
from tests.archive import Sandbox
from tests.search.make import M57

pytestmark = pytest.mark.usefixtures("no_traceback")


def test_an_archive_that_answers_html(journey: Journey, sandbox: Sandbox) -> None:
    before = journey.search(**M57)
    sandbox.faults({"match": "invoke", "fault": "html"})
    search = journey.search(collection="programs", programs="1176")
    assert (search["phase"], search["error_code"]) == ("ERROR", "archive_unavailable")
    check_sentence(search["error"])
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 503)
    assert error["message"] == search["error"]
    check_page(journey, search, search["error"])
    # A refresh that fails leaves the rows that were there.
    again = journey.search(**M57, refresh=True)
    assert (again["phase"], again["row_count"]) == ("COMPLETED", before["row_count"])
    assert in_page(journey.api.get(f"/results/{again['id']}/"), again["error"])
    sandbox.clear()
    assert journey.search(collection="programs", programs="1176", refresh=True)["row_count"] > 0


def test_an_archive_that_answers_html_for_product_lists(journey: Journey, sandbox: Sandbox) -> None:
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.api.post(f"{ROOT}/baskets", {"name": "Unlucky"}, format="json").json()["id"]
    sandbox.faults({"match": "invoke", "fault": "html"})
    body = {"search": search["id"], "obsid": [obsid]}
    assert journey.api.post(f"{ROOT}/baskets/{basket}/observations", body, format="json").status_code < 300
    told = journey.finished(f"{ROOT}/baskets/{basket}")
    assert [each["obsid"] for each in told["failed"]] == [obsid]
    check_sentence(told["failed"][0]["reason"])
    assert in_page(journey.api.get(f"/baskets/{basket}/"), told["failed"][0]["reason"])
    assert told["observations"] == 1
    sandbox.clear()
    journey.api.post(f"{ROOT}/baskets/{basket}/refresh", headers={"If-Match": "*"}, format="json")
    assert journey.finished(f"{ROOT}/baskets/{basket}")["products"] > 0


def spoil(table: str, obsid: str = "") -> int:
    """Turn some bytes in the middle of every kept Arrow value of a table, or of one observation's."""
    which = f"obsid = '{obsid}'" if obsid else "true"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET arrow = overlay(arrow PLACING '\\xdeadbeef'::bytea"
            f" FROM octet_length(arrow) / 2) WHERE arrow IS NOT NULL AND {which}"
        )
        return cursor.rowcount


def test_broken_rows_in_the_cache(journey: Journey, alice: User) -> None:
    search = journey.search(**M57)
    expected = journey.rows(search, "sort=obsid")
    assert spoil("search_resultchunk") == 1
    tables.clear()
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 409)
    assert "ask again" in error["message"]
    check_page(journey, search, error["message"])
    mine = journey.get("searches")["results"]
    assert [each["id"] for each in mine] == [search["id"]]
    again = journey.search(**M57)
    assert again["id"] == search["id"]
    assert journey.rows(again, "sort=obsid") == expected
    assert ResultSet.objects.count() == 2


def test_a_broken_product_list_in_the_cache(journey: Journey) -> None:
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.basket(search, [obsid])
    products = journey.get(f"baskets/{basket}")["products"]
    assert spoil("search_productlist") == 1
    tables.clear()
    assert journey.get(f"baskets/{basket}/products")["total"] == 0
    failed = journey.get(f"baskets/{basket}")["failed"]
    assert [each["obsid"] for each in failed] == [obsid]
    check_sentence(failed[0]["reason"])
    assert in_page(journey.api.get(f"/baskets/{basket}/"), failed[0]["reason"])
    assert BasketLine.objects.filter(basket_id=basket, obsid=obsid).exists()
    journey.api.post(f"{ROOT}/baskets/{basket}/refresh", headers={"If-Match": "*"}, format="json")
    assert journey.finished(f"{ROOT}/baskets/{basket}")["products"] == products


def test_the_page_says_so_at_once(journey: Journey) -> None:
    """Also where the sums are remembered and only the table must be read again."""
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.basket(search, [obsid])
    spoil("search_productlist")
    tables.clear()
    page = journey.api.get(f"/baskets/{basket}/")
    assert page.status_code == 200
    assert in_page(page, f"product list of observation {obsid} is damaged")


def test_a_bundle_tells_of_a_broken_product_list(journey: Journey) -> None:
    search = journey.search(**M57)
    rows = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST&sort=calib_level")
    basket = journey.basket(search, [row["obsid"] for row in rows[:2]])
    journey.select(basket, preset="recommended")
    spoil("search_productlist", rows[0]["obsid"])
    tables.clear()
    bundle = journey.bundle(basket)
    assert rows[0]["obsid"] in str(bundle["notes"])
    assert bundle["files"]["done"] == bundle["files"]["total"] > 0
