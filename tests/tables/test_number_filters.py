"""Filters on numbers, flags and dates: edges, nulls, and numbers no float holds."""

import math
from itertools import chain
from urllib.parse import quote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

DAYS = pa.field("t", pa.float64(), metadata={"unit": "MJD"})


def opened(values: list[object], type_: pa.DataType) -> OpenTable:
    return OpenTable(pa.table({"x": pa.array(values, type_)}))


def rows(table: OpenTable, query: str) -> list[int]:
    mask = matching(table, TableQuery.parse(query, table.schema))
    return [number for number, kept in enumerate(mask.tolist()) if kept]


FLOATS = opened([0.0, -0.0, 1.5, None, math.nan, math.inf, -math.inf, 1e300, -1e-300], pa.float64())
INTS = opened([0, None, 1, -1, 2**53 + 1, -(2**60), 2**63 - 1], pa.int64())


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("f.x=0", [0, 1]),
        ("f.x=-0", [0, 1]),
        ("not.x=0", [2, 7, 8]),
        ("min.x=0", [0, 1, 2, 7]),
        ("max.x=0", [0, 1, 8]),
        ("min.x=1.5&max.x=1.5", [2]),
        ("min.x=2&max.x=1", []),
        ("max.x=1e301", [0, 1, 2, 7, 8]),
        ("min.x=-1e301", [0, 1, 2, 7, 8]),
        ("null.x=1", [3, 4, 5, 6]),
        ("null.x=0", [0, 1, 2, 7, 8]),
        ("null.x=1&min.x=1e299", [3, 4, 5, 6, 7]),
        ("null.x=0&min.x=1e299", [7]),
        ("null.x=0&null.x=1", [3, 4, 5, 6]),
        ("f.x=1.5&not.x=1.5", []),
        ("f.x=1.5&f.x=1e300", [2, 7]),
        ("f.x=15e-1", [2]),
        ("f.x= 1.5 ", [2]),
    ],
)
def test_floats(query: str, numbers: list[int]) -> None:
    assert rows(FLOATS, query) == numbers


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("f.x=1.0", [2]),
        ("f.x=0.5", []),
        ("min.x=0.5", [2, 4, 6]),
        ("max.x=-0.5", [3, 5]),
        ("min.x=9007199254740992", [4, 6]),
        ("f.x=-1152921504606846976", [5]),
        ("null.x=yes", [1]),
    ],
)
def test_whole_numbers_even_beyond_what_a_float_holds(query: str, numbers: list[int]) -> None:
    assert rows(INTS, query) == numbers


@pytest.mark.parametrize("type_", [pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint64(), pa.float32()])
def test_numbers_of_any_width(type_: pa.DataType) -> None:
    assert rows(opened([1, None, 3, 2], type_), "min.x=2") == [2, 3]


@pytest.mark.parametrize("query", ["like.x=1*", "unlike.x=1*"])
def test_numbers_have_no_wildcards(query: str) -> None:
    with pytest.raises(BadQuery, match="is not text"):
        rows(FLOATS, query)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("min.t=2022-07-12", [1, 2, 3]),
        ("max.t=2022-07-12", [0, 1, 2]),
        ("min.t=2022-07-12&max.t=2022-07-12", [1, 2]),
        ("f.t=2022-07-12", [1]),
        ("min.t=59772", [1, 2, 3]),
        ("max.t=59772", [0, 1]),
        ("min.t=2022-07-12T12:00", [2, 3]),
        ("max.t=2022-07-12 00:00", [0, 1]),
        ("min.t=2022-07-13", [3]),
        ("not.t=2022-07-12", [0, 2, 3]),
        ("min.t=1700-01-01", [0, 1, 2, 3]),
    ],
)
def test_days(query: str, numbers: list[int]) -> None:
    values = pa.array([59_771.999, 59_772.0, 59_772.999, 59_773.0, None])
    table = OpenTable(pa.Table.from_arrays([values], schema=pa.schema([DAYS])))
    assert rows(table, query) == numbers


def test_numbers_of_a_column_without_any() -> None:
    table = opened([None, None], pa.float64())
    assert rows(table, "min.x=0") == []
    assert rows(table, "null.x=1") == [0, 1]


def test_an_empty_table_filters_to_nothing() -> None:
    for query in ("f.x=1", "not.x=1", "null.x=1", "null.x=0", "min.x=1", "q=a"):
        assert rows(opened([], pa.int64()), query) == []


@given(st.lists(st.none() | st.floats(), max_size=20), st.floats(allow_nan=False, allow_infinity=False))
def test_bounds_split_the_known_numbers(values: list[float | None], bound: float) -> None:
    table = opened(values, pa.float64())
    known = {n for n, value in enumerate(values) if value is not None and math.isfinite(value)}
    written = quote(repr(bound))
    low, high = set(rows(table, f"max.x={written}")), set(rows(table, f"min.x={written}"))
    assert low | high == known
    assert low & high == set(rows(table, f"f.x={written}"))


@given(st.lists(st.none() | st.integers(-5, 5), max_size=20), st.integers(-5, 5))
def test_a_value_and_all_others_and_null_make_the_whole(values: list[int | None], value: int) -> None:
    table = opened(values, pa.int64())
    parts = [rows(table, f"{part}.x={value}") for part in ("f", "not")] + [rows(table, "null.x=1")]
    assert sorted(chain(*parts)) == list(range(len(values)))


@given(st.lists(st.none() | st.booleans(), max_size=12))
def test_flags(values: list[bool | None]) -> None:
    table = opened(values, pa.bool_())
    for text, wanted in (("true", True), ("false", False)):
        assert rows(table, f"f.x={text}") == [n for n, value in enumerate(values) if value is wanted]
        assert rows(table, f"not.x={text}") == [n for n, value in enumerate(values) if value is (not wanted)]
    assert rows(table, "null.x=1") == [n for n, value in enumerate(values) if value is None]
