"""The mission search: its columns, conditions, order, products and files."""

import json
from pathlib import Path
from typing import Any

import astroquery.mast
import pyarrow as pa
import pytest

from mastportal.sandbox.conditions import meets
from tests.sandbox.asking import Asking

RECORDED = Path(astroquery.mast.__file__).parent / "tests" / "data"
TEXTS = pa.chunked_array([pa.array(["ACS", "WFC3  ", None, "wfpc2", "STIS"])])
NUMBERS = pa.chunked_array([pa.array([1, 5, None, 10, 20], pa.int64())])


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())


def search(asking: Asking, mission: str = "hst", **asked: Any) -> dict[str, Any]:
    return asking.http.post(f"/search/{mission}/api/v0.1/search", json=asked).raise_for_status().json()


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("acs", [0]),
        ("ACS, STIS", [0, 4]),
        ("WF*", [1, 3]),
        ("!ACS", [1, 3, 4]),
        ("W*,!wfpc2", [1]),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_conditions_on_texts(condition: str, rows: list[int]) -> None:
    found = meets(TEXTS, condition).nonzero()[0].tolist()
    assert [row for row in found if row != 2 or not condition] == rows


@pytest.mark.parametrize(
    ("condition", "rows"),
    [("5", [1]), ("1,20", [0, 4]), (">5", [3, 4]), (">=5", [1, 3, 4]), ("<5", [0]), ("<=5", [0, 1]),
     ("5..10", [1, 3]), ("1..5,20", [0, 1, 4])],
)  # fmt: skip
def test_conditions_on_numbers(condition: str, rows: list[int]) -> None:
    assert meets(NUMBERS, condition).nonzero()[0].tolist() == rows


def test_a_bound_that_is_no_number() -> None:
    with pytest.raises(ValueError, match="many"):
        meets(NUMBERS, "many")


def test_columns_have_the_recorded_shape(asking: Asking) -> None:
    theirs = {each["column_name"]: each for each in recorded("mission_columns.json")}
    ours = asking.http.get("/search/util/api/v0.1/column_list", params={"mission": "hst"}).json()
    assert {each["column_name"] for each in ours} == set(theirs)
    for each in ours:
        expected = theirs[each["column_name"]]
        assert set(each) == set(expected)
        assert (each["qual_type"], each["datatype"]) == (expected["qual_type"], expected["datatype"])


def test_answers_have_the_recorded_shape(asking: Asking) -> None:
    theirs = recorded("mission_results.json")
    ours = search(asking, target=["10 10"], radius=180, radius_units="degrees", limit=10)
    assert set(theirs) == set(ours)
    types = {each["name"]: each["type"] for each in ours["info"]}
    assert all(types.get(each["name"], each["type"]) == each["type"] for each in theirs["info"])
    assert set(ours["results"][0]) == set(types)
    assert len(ours["results"]) == 10


def test_counting_only(asking: Asking) -> None:
    ours = search(asking, count_only=True, conditions=[])
    assert ours["search_params"]["count_only"] is True
    assert (ours["info"], ours["results"]) == ([], [])
    assert ours["totalResults"] == len(search(asking)["results"])


def test_planned_observations_are_not_in_it(asking: Asking) -> None:
    for mission in ("HST", "JWST"):
        rows = asking.observations("calib_level", obs_collection=mission)
        executed = [row for row in rows if row["calib_level"] >= 0]
        assert search(asking, mission.lower(), count_only=True)["totalResults"] == len(executed)


def test_order_offset_and_limit(asking: Asking) -> None:
    rows = search(asking, sort_by=["sci_start_time"], sort_desc=[True], select_cols=["sci_start_time"])[
        "results"
    ]
    times = [row["sci_start_time"] for row in rows if row["sci_start_time"]]
    assert times == sorted(times, reverse=True)
    part = search(
        asking,
        sort_by=["sci_start_time"],
        sort_desc=[True],
        offset=3,
        limit=2,
        select_cols=["sci_start_time"],
    )
    assert part["results"] == rows[3:5]


def test_products_have_the_recorded_shape(asking: Asking) -> None:
    theirs = recorded("mission_products.json")["products"][0]
    dataset = search(asking, limit=1)["results"][0]["sci_data_set_name"]
    ours = asking.http.post("/search/hst/api/v0.1/post_list_products", json={"dataset_ids": [dataset]}).json()
    assert ours["products"]
    assert all(set(each) == set(theirs) for each in ours["products"])
    assert (
        asking.http.get("/search/hst/api/v0.1/list_products", params={"dataset_ids": dataset}).json() == ours
    )


def test_files(asking: Asking, public_product: dict[str, Any]) -> None:
    name = f"{public_product['obs_id']}/{public_product['productFilename']}"
    mark = asking.mark()
    answer = asking.http.get("/search/jwst/api/v0.1/retrieve_product", params={"product_name": name})
    assert len(answer.content) == public_product["size"]
    assert asking.log(since=mark)[0]["uri"] == public_product["dataURI"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/search/hst/api/v0.1/search", {"conditions": [{"nope": "1"}]}, 400),
        ("/search/hst/api/v0.1/search", {"conditions": [{"sci_pep_id": "x"}]}, 400),
        ("/search/hst/api/v0.1/search", {"target": ["M57"]}, 400),
        ("/search/hst/api/v0.1/search", [], 400),
        ("/search/roman/api/v0.1/search", {}, 404),
        ("/search/hst/api/v0.1/nothing", {}, 404),
    ],
)
def test_what_cannot_be_answered(asking: Asking, path: str, body: Any, status: int) -> None:
    assert asking.http.post(path, json=body).status_code == status
