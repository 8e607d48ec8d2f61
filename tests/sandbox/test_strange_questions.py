"""Questions no honest client sends: each gets MAST's ERROR or no rows, never a broken connection."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mastportal.sandbox.archive import Archive
from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.wire import Answer, Request
from tests.sandbox.asking import FORM, Asking

HEADERS = {"content-type": FORM["Content-type"]}
ALL: dict[str, Any] = {"columns": "*", "filters": []}


def errors(asking: Asking, service: str, params: Any, **properties: Any) -> str:
    answer = asking.ask(service, params, **properties)
    assert answer["status"] == "ERROR", answer
    return str(answer["msg"])


def sent(asking: Asking, text: str) -> dict[str, Any]:
    """A question whose JSON is written by hand."""
    answer = asking.http.post("/api/v0/invoke", content="request=" + quote(text), headers=FORM)
    return answer.raise_for_status().json()


@pytest.mark.parametrize("obsid", ["--5", "²", "1;2", "one", "", ",", "1.5", "+5"])
def test_product_keys_that_are_no_numbers(asking: Asking, obsid: str) -> None:
    assert "obsid" in errors(asking, "Mast.Caom.Products", {"obsid": obsid})


@pytest.mark.parametrize("obsid", ["999", "-1", "0", "99999999999999999999", "1, 2 ,3"])
def test_product_keys_nobody_has_list_nothing(asking: Asking, obsid: str) -> None:
    assert asking.rows("Mast.Caom.Products", {"obsid": obsid}) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"Mast.Caom.Filtered"',
        '{"params": {}}',
        '{"service": "Mast.Caom.Filtered", "params": {"filters": [{"paramName": "\\ud800"}]}}',
        '{"service": "\\udfff"}',
        "[" * 5000,
        '{"service": ' * 3000,
    ],
)
def test_bad_json_is_an_error_in_words(asking: Asking, text: str) -> None:
    answer = sent(asking, text)
    assert answer["status"] == "ERROR"
    assert answer["msg"]


@pytest.mark.parametrize("number", ["1e400", "100000000000000000000", "-100000000000000000000"])
def test_numbers_too_large_for_a_row_match_none(asking: Asking, number: str) -> None:
    filters = f'[{{"paramName": "obsid", "values": [{number}]}}]'
    answer = sent(
        asking, f'{{"service": "Mast.Caom.Filtered", "params": {{"columns": "obsid", "filters": {filters}}}}}'
    )
    assert answer["status"] in ("COMPLETE", "ERROR")
    assert not answer.get("data")


@pytest.mark.parametrize("page", [0, -1, "two", 1.5, [], "", True])
@pytest.mark.parametrize("name", ["page", "pagesize"])
def test_pages_that_are_none(asking: Asking, name: str, page: Any) -> None:
    assert name in errors(asking, "Mast.Caom.Filtered", ALL, **{name: page})


@pytest.mark.parametrize("page", [999, 10**12])
def test_beyond_the_last_page_is_an_empty_one(asking: Asking, page: int) -> None:
    answer = asking.ask("Mast.Caom.Filtered", ALL, page=page)
    assert answer["data"] == []
    assert answer["paging"]["page"] == page
    assert answer["paging"]["pagesFiltered"] == 1
    assert len(answer["fields"]) == 33


@pytest.mark.parametrize("service", ["Mast.Caom.Cone", "Mast.Caom.Filtered.Position"])
@pytest.mark.parametrize("page", [2, 500])
def test_beyond_the_last_page_of_a_cone_too(asking: Asking, service: str, page: int) -> None:
    place = {"ra": 83.6, "dec": 22.0, "radius": 1, "position": "83.6, 22.0, 1", "filters": []}
    assert asking.ask(service, place, page=page)["data"] == []


@pytest.mark.parametrize(
    ("params", "about"),
    [
        ({}, "ra and dec"),
        ({"ra": 1}, "ra and dec"),
        ({"ra": "x", "dec": 1}, "numbers"),
        ({"ra": None, "dec": 1}, "numbers"),
        ({"ra": 1, "dec": 90.1}, "outside"),
        ({"ra": 361, "dec": 1}, "outside"),
        ({"ra": 1, "dec": 1, "radius": -1}, "outside"),
        ({"ra": "nan", "dec": 1}, "outside"),
        ({"ra": 1, "dec": 1, "radius": "inf"}, "outside"),
    ],
)
def test_cones_that_are_none(asking: Asking, params: dict[str, Any], about: str) -> None:
    assert about in errors(asking, "Mast.Caom.Cone", params)


@pytest.mark.parametrize(
    "position", [None, "", "1, 2", "1, 2, 3, 4", "a, b, c", "undefined, undefined, undefined"]
)
def test_positions_that_are_none(asking: Asking, position: Any) -> None:
    params = {"position": position, "columns": "*", "filters": []}
    assert errors(asking, "Mast.Caom.Filtered.Position", params)


@pytest.mark.parametrize("params", ["text", 5, [1]])
def test_parameters_that_are_no_object(asking: Asking, params: Any) -> None:
    assert "params" in errors(asking, "Mast.Caom.Filtered", params)


def test_an_unknown_service_is_named(asking: Asking) -> None:
    assert "Mast.Nothing" in errors(asking, "Mast.Nothing", ALL)
    assert "wfc3" in errors(asking, "Mast.Jwst.Filtered.Wfc3", ALL)


def test_an_unknown_column_to_show_is_named(asking: Asking) -> None:
    assert "nope" in errors(asking, "Mast.Caom.Filtered", {"columns": "obsid,nope", "filters": []})


def test_stray_properties_are_passed_over(asking: Asking) -> None:
    plain = asking.rows("Mast.Caom.Filtered", {"columns": "obsid", "filters": []})
    stray = {"columns": "obsid", "filters": [], "obstype": "all", "format": "x", "pagesize": 1}
    assert asking.rows("Mast.Caom.Filtered", stray, timeout=5, removenullcolumns=True, clearcache=1) == plain


def test_a_question_in_the_query_of_a_get(asking: Asking) -> None:
    question = '{"service":"Mast.Missions.List","params":{},"format":"json"}'
    answer = asking.http.get("/api/v0/invoke", params={"request": question}).json()
    assert {"JWST", "HST"} <= {row["distinctValue"] for row in answer["data"]}


def test_names_in_odd_case_are_columns_all_the_same(asking: Asking) -> None:
    params = {"columns": "OBS_ID,Calib_Level", "filters": [{"paramName": "CALIB_level", "values": ["-1"]}]}
    rows = asking.rows("MAST.caom.FILTERED", params)
    assert {row["calib_level"] for row in rows} == {-1}


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
filter_like = st.fixed_dictionaries(
    {"paramName": st.sampled_from(["obsid", "t_min", "filters", "mtFlag", "CALIB_LEVEL"]) | json_values},
    optional={"values": json_values, "freeText": json_values, "separator": json_values},
)
services = st.sampled_from(
    [
        "Mast.Caom.Filtered",
        "Mast.Caom.Filtered.Position",
        "Mast.Caom.Cone",
        "Mast.Caom.Products",
        "Mast.Caom.All",
        "Mast.Name.Lookup",
        "Mast.Jwst.Filtered.Miri",
    ]
)


@given(
    services,
    st.fixed_dictionaries(
        {
            "filters": st.lists(filter_like, max_size=2) | json_values,
            "columns": st.just("COUNT_BIG(*)") | json_values,
        },
        optional=dict.fromkeys(("ra", "dec", "radius", "position", "obsid", "input"), json_values),
    ),
    st.dictionaries(st.sampled_from(["page", "pagesize", "format"]), json_values),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_question_is_answered(
    builtin_archive: Archive, service: str, params: Any, properties: dict[str, Any]
) -> None:
    assert answered(builtin_archive, {**properties, "service": service, "params": params}).status == 200


@pytest.fixture(scope="module")
def builtin_archive(builtin: Holdings) -> Archive:
    return Archive(builtin)


def answered(archive: Archive, question: dict[str, Any]) -> Answer:
    body = ("request=" + quote(json.dumps(question))).encode()
    answer = archive.answer(Request("POST", "/api/v0/invoke", HEADERS, body))
    assert b"".join(answer.pieces)
    return answer
