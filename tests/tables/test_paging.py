"""Order and pages."""

import json

import pyarrow as pa
import pytest

from mastportal.tables.codes import RECENT_KEPT, OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import TableQuery
from mastportal.tables.paging import ordered_rows, page, rows_at
from tests.tables import make

OPENED = OpenTable(make.table())


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("target_name", [2, 1, 0, 3, 4]),
        ("-target_name", [0, 3, 1, 2, 4]),
        ("t_min", [0, 1, 4, 2, 3]),
        ("-t_min", [4, 1, 0, 2, 3]),
        ("-calib_level,t_min", [0, 3, 1, 2, 4]),
        ("mtFlag,-calib_level", [0, 1, 4, 3, 2]),
    ],
)
def test_nulls_are_last_and_ties_by_row_number(sort: str, numbers: list[int]) -> None:
    assert ordered_rows(OPENED, TableQuery.parse({"sort": sort}.items(), make.SCHEMA)).tolist() == numbers


def test_a_page_says_how_much_there_is() -> None:
    found = page(OPENED, TableQuery.parse("f.calib_level=3&f.calib_level=2&page=2&page_size=2", make.SCHEMA))
    assert (found.total, found.matched, found.page, found.page_size, found.pages) == (5, 3, 2, 2, 2)
    assert [row["obsid"] for row in found.rows] == ["4"]


def test_rows_hold_the_columns_asked_for_in_their_order() -> None:
    found = page(OPENED, TableQuery.parse("columns=t_min,obsid&page_size=1", make.SCHEMA))
    assert list(found.rows[0].items()) == [("t_min", 59_800.5), ("obsid", "1")]


def test_not_a_number_and_infinity_are_null() -> None:
    table = OpenTable(pa.table({"x": [float("nan"), float("inf"), float("-inf"), 1.0, None]}))
    rows = page(table, TableQuery()).rows
    assert json.dumps(rows, allow_nan=False) == json.dumps([{"x": None}] * 3 + [{"x": 1.0}, {"x": None}])


def test_a_page_past_the_end_is_empty() -> None:
    found = page(OPENED, TableQuery(page=9))
    assert found.rows == []
    assert found.matched == 5


def test_rows_of_an_unknown_column_are_refused() -> None:
    with pytest.raises(BadQuery, match="nope"):
        rows_at(OPENED, ordered_rows(OPENED, TableQuery()), ["nope"])


def test_only_the_orders_used_last_are_kept() -> None:
    opened = OpenTable(make.table())
    keys = [
        f"{sign}{name}"
        for name in ("obsid", "target_name", "t_min", "filters", "mtFlag")
        for sign in ("", "-")
    ]
    for key in keys:
        ordered_rows(opened, TableQuery(sort=(key,)))
    assert len(opened._recent) == RECENT_KEPT


def test_caches_count_in_the_tables_bytes() -> None:
    opened = OpenTable(make.table())
    before = opened.nbytes
    page(opened, TableQuery.parse("f.filters=F150W&min.t_min=1&sort=target_name", make.SCHEMA))
    assert before >= make.table().nbytes
    assert opened.nbytes > before + 5 * 8 * 4
