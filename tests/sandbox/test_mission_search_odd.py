"""The mission search asked oddly: every mistake is a 400 or 404 with words, pages join, orders hold."""

from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.asking import Asking

KEY = {"hst": "sci_data_set_name", "jwst": "fileSetName"}


def post(asking: Asking, body: Any, mission: str = "hst", door: str = "search") -> Any:
    return asking.http.post(f"/search/{mission}/api/v0.1/{door}", json=body)


def results(asking: Asking, mission: str = "hst", **asked: Any) -> list[dict[str, Any]]:
    return post(asking, asked, mission).raise_for_status().json()["results"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        5,
        None,
        {"conditions": ["x"]},
        {"conditions": [{"no_such_column": "1"}]},
        {"conditions": [{"sci_ra": "north"}]},
        {"select_cols": ["no_such_column"]},
        {"sort_by": ["no_such_column"]},
        {"target": ["here"]},
        {"target": ["1 2 3"]},
        {"target": ["1 2"], "radius_units": "parsecs"},
        {"target": ["1 2"], "radius": "wide"},
        {"limit": "many"},
        {"offset": "x"},
        {"limit": -1},
        {"offset": -5},
    ],
)
@pytest.mark.parametrize("mission", ["hst", "jwst"])
def test_what_cannot_be_asked_is_said(asking: Asking, mission: str, body: Any) -> None:
    renamed = body
    if mission == "jwst" and isinstance(body, dict) and "sci_ra" in str(body):
        renamed = {"conditions": [{"targ_ra": "north"}]}
    answer = post(asking, renamed, mission)
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/search/kepler/api/v0.1/search", "/search/hst/api/v0.1/nothing", "/search/", "/search/hst"]
)
def test_what_is_not_there(asking: Asking, path: str) -> None:
    assert asking.http.post(path, json={}).status_code == 404


def test_a_body_that_is_no_json(asking: Asking) -> None:
    assert asking.http.post("/search/hst/api/v0.1/search", content=b"{").status_code == 400


@pytest.mark.parametrize("mission", ["hst", "jwst"])
def test_pages_join_to_the_whole(asking: Asking, mission: str) -> None:
    key = KEY[mission]
    whole = [row[key] for row in results(asking, mission, select_cols=[key], limit=300)]
    paged = [
        row[key]
        for at in range(0, 300, 70)
        for row in results(asking, mission, select_cols=[key], limit=70, offset=at)
    ]
    assert paged[: len(whole)] == whole
    assert len(set(whole)) == len(whole) > 50


def test_beyond_the_last_row_there_is_nothing(asking: Asking) -> None:
    answer = post(asking, {"offset": 10**9}).json()
    assert answer["results"] == []
    assert answer["info"]
    assert answer["totalResults"] > 0


@pytest.mark.parametrize("column", ["sci_ra", "sci_targname", "sci_start_time", "sci_instrume"])
def test_orders_in_both_directions(asking: Asking, column: str) -> None:
    up = [row[column] for row in results(asking, select_cols=[column], sort_by=[column])]
    down = [row[column] for row in results(asking, select_cols=[column], sort_by=[column], sort_desc=[True])]
    told = [value for value in up if value is not None]
    assert told == sorted(told)
    assert [value for value in down if value is not None] == told[::-1]


def test_a_second_order_settles_the_first_ones_ties(asking: Asking) -> None:
    names = ["sci_instrume", "sci_ra"]
    rows = results(asking, select_cols=names, sort_by=names)
    pairs = [(row["sci_instrume"], row["sci_ra"]) for row in rows if row["sci_ra"] is not None]
    assert pairs == sorted(pairs)


def test_a_count_has_no_rows(asking: Asking) -> None:
    answer = post(asking, {"count_only": True}).json()
    assert (answer["info"], answer["results"]) == ([], [])
    assert answer["totalResults"] == post(asking, {"limit": 1}).json()["totalResults"]
    assert answer["search_params"]["count_only"] is True


def test_a_wider_circle_holds_the_narrower(asking: Asking) -> None:
    row = results(asking, select_cols=["sci_ra", "sci_dec"], limit=1)[0]
    target = [f"{row['sci_ra']} {row['sci_dec']}"]
    found = [
        {
            each["sci_data_set_name"]
            for each in results(asking, target=target, radius=radius, radius_units="degrees")
        }
        for radius in (0.01, 1, 30, 180)
    ]
    assert all(one <= other for one, other in pairwise(found))
    assert len(found[-1]) > len(found[0]) > 0


@pytest.mark.parametrize(("units", "radius"), [("degrees", 0.5), ("arcminutes", 30), ("arcseconds", 1800)])
def test_radii_in_every_unit_are_the_same_circle(asking: Asking, units: str, radius: float) -> None:
    row = results(asking, select_cols=["sci_ra", "sci_dec"], limit=1)[0]
    target = [f"{row['sci_ra']}, {row['sci_dec']}"]
    found = results(asking, target=target, radius=radius, radius_units=units)
    assert found
    assert all(each["ang_sep"] <= 30.0001 for each in found)


def test_products_of_nobody_are_none(asking: Asking) -> None:
    assert post(asking, {"dataset_ids": ["nothing"]}, door="post_list_products").json() == {"products": []}
    assert asking.http.get("/search/hst/api/v0.1/list_products").json() == {"products": []}


def test_products_by_get_and_by_post_are_the_same(asking: Asking) -> None:
    names = [row["sci_data_set_name"] for row in results(asking, select_cols=["sci_data_set_name"], limit=2)]
    by_get = asking.http.get("/search/hst/api/v0.1/list_products", params={"dataset_ids": ",".join(names)})
    assert by_get.json() == post(asking, {"dataset_ids": names}, door="post_list_products").json()
    assert {row["dataset"] for row in by_get.json()["products"]} == set(names)
