"""Pages of Arrow rows as JSON, CSV, VOTable and extjs."""

import io
import json
import warnings
from typing import Any

import pyarrow as pa
import pytest
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

from mastportal.sandbox.pages import Page, csv_bytes, extjs_bytes, json_pieces, votable_bytes

TABLE = pa.table(
    {
        "obs_id": ['a"quote', "back\\slash", "line\nbreak", None, "Ελλάς × ′"],
        "t_min": pa.array([59000.123456789, None, float("nan"), float("inf"), 1e-7], pa.float64()),
        "calib_level": pa.array([3, None, -1, 0, 2], pa.int64()),
        "mtFlag": [True, False, None, True, False],
        "_selected_": pa.nulls(5, pa.bool_()),
    }
)
TYPES = ["string", "float", "int", "boolean", "boolean"]
PAGE = Page(TABLE, TYPES, number=2, size=5, rows_matched=12)


def as_json(page: Page) -> dict[str, Any]:
    return json.loads(b"".join(json_pieces(page)))


def test_values_types_and_nulls() -> None:
    rows = as_json(PAGE)["data"]
    assert [row["obs_id"] for row in rows] == TABLE["obs_id"].to_pylist()
    assert [row["t_min"] for row in rows] == [59000.123456789, None, None, None, 1e-7]
    assert [row["calib_level"] for row in rows] == [3, None, -1, 0, 2]
    assert [row["mtFlag"] for row in rows] == [True, False, None, True, False]
    assert {row["_selected_"] for row in rows} == {None}


def test_fields_and_paging() -> None:
    answer = as_json(PAGE)
    assert answer["fields"][1] == {"name": "t_min", "type": "float"}
    assert answer["paging"] == {
        "page": 2, "pageSize": 5, "pagesFiltered": 3, "rows": 5, "rowsFiltered": 12, "rowsTotal": 12,
    }  # fmt: skip


def test_no_rows_keep_their_fields() -> None:
    answer = as_json(Page(TABLE.slice(0, 0), TYPES, 1, 50_000, 0))
    assert answer["data"] == []
    assert len(answer["fields"]) == 5
    assert answer["paging"]["pagesFiltered"] == 0


def test_many_rows_and_chunks() -> None:
    many = pa.concat_tables([TABLE] * 3000)
    assert (
        as_json(Page(many, TYPES, 1, 50_000, 15_000))["data"]
        == as_json(Page(TABLE, TYPES, 1, 5, 5))["data"] * 3000
    )


@given(st.lists(st.one_of(st.none(), st.text(alphabet=st.characters(exclude_categories=["Cs"]))), min_size=1))
def test_any_text_survives(texts: list[str | None]) -> None:
    page = Page(pa.table({"x": pa.array(texts, pa.string())}), ["string"], 1, 50, len(texts))
    assert [row["x"] for row in as_json(page)["data"]] == texts


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_number_survives(numbers: list[float]) -> None:
    page = Page(pa.table({"x": pa.array(numbers, pa.float64())}), ["float"], 1, 50, len(numbers))
    assert [row["x"] for row in as_json(page)["data"]] == numbers


def test_csv() -> None:
    lines = csv_bytes(Page(TABLE.select(["calib_level", "t_min"]), TYPES[1:3], 1, 5, 5)).decode().splitlines()
    assert lines[0] == '"calib_level","t_min"'
    assert lines[1] == "3,59000.123456789"


def test_votable_reads_as_a_table() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = Table.read(io.BytesIO(votable_bytes(PAGE)), format="votable")
    assert table.colnames == TABLE.column_names
    assert table["obs_id"][0] == 'a"quote'
    assert table["t_min"][0] == pytest.approx(59000.123456789)


def test_extjs_tree_with_and_without_rows() -> None:
    counts = {"obs_id": {"a": 2, "b": 1}}
    table = json.loads(extjs_bytes(PAGE, counts, with_rows=False))["data"]["Tables"][0]
    tree = table["Columns"][0]["ExtendedProperties"]["histObj"]
    assert tree["hist"] == [{"count": 2, "key": "a"}, {"count": 1, "key": "b"}]
    assert tree["b"] == {"count": 1, "key": "b"}
    assert table["Rows"] == []
    assert len(json.loads(extjs_bytes(PAGE, {}, with_rows=True))["data"]["Tables"][0]["Rows"]) == 5
