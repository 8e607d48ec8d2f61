"""Ranges in the view: their form says what was asked, their bars what there is, their words what is meant."""

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.facetview import FacetView
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.links import bound_words
from mastportal.tables.view import table_view
from tests.tables import make

OPENED = OpenTable(make.table())
numbers = st.none() | st.floats(allow_nan=True) | st.integers(-3, 3).map(float)


def range_of(bounds: str) -> FacetView:
    query = TableQuery.parse(bounds, make.SCHEMA)
    return table_view(OPENED, query, "/r/", facet_columns=["t_min"]).facets[0]


def histogram(values: list[float | None], query: str = "") -> dict[str, object]:
    table = OpenTable(pa.table({"x": pa.array(values, pa.float64())}))
    return facets(table, TableQuery.parse(query, table.schema), ["x"])[0]


@given(st.lists(numbers, max_size=30))
def test_bins_cover_the_range_without_gaps(values: list[float | None]) -> None:
    found, known = histogram(values), [v for v in values if v is not None and math.isfinite(v)]
    edges = [each["min"] for each in found["bins"]] + [each["max"] for each in found["bins"][-1:]]
    assert (found["min"], found["max"]) == ((min(known), max(known)) if known else (None, None))
    assert edges == sorted(edges)
    assert all(math.isfinite(edge) for edge in edges)
    assert edges[:1] + edges[-1:] == ([min(known), max(known)] if known else [])


@given(st.lists(numbers, max_size=30))
def test_bins_count_what_lies_within_them(values: list[float | None]) -> None:
    found, known = histogram(values), [v for v in values if v is not None and math.isfinite(v)]
    for place, each in enumerate(found["bins"]):
        is_last = place == len(found["bins"]) - 1
        inside = [v for v in known if each["min"] <= v and (v < each["max"] or is_last)]
        assert each["count"] == len(inside)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_rows_without_a_number_are_counted_beside(values: list[float | None]) -> None:
    found = histogram(values)
    missing = sum(v is None or not math.isfinite(v) for v in values)
    assert (found["null"] or {"count": missing})["count"] == missing
    assert sum(each["count"] for each in found["bins"]) == len(values) - missing


def test_bins_stay_while_filters_change() -> None:
    edges = [(each["min"], each["max"]) for each in histogram([1.0, 2.0, 9.0])["bins"]]
    narrowed = histogram([1.0, 2.0, 9.0], "min.x=2")
    assert [(each["min"], each["max"]) for each in narrowed["bins"]] == edges
    assert sum(each["count"] for each in narrowed["bins"]) == 3


@pytest.mark.parametrize(
    ("low", "high", "is_logarithmic"), [(1, 1000, False), (1, 1001, True), (0, 1e9, False), (-1, 1e9, False)]
)
def test_only_wide_positive_ranges_go_by_ratio(low: float, high: float, is_logarithmic: bool) -> None:
    bins = histogram([low, high])["bins"]
    widths = [each["max"] - each["min"] for each in bins]
    assert (widths[-1] > 2 * widths[0]) == is_logarithmic


def test_a_range_as_wide_as_floats_has_bins() -> None:
    found = histogram([-1.7e308, 0.0, 1.7e308])
    assert [each["count"] for each in found["bins"] if each["count"]] == [1, 1, 1]


def test_the_tallest_bar_fills_the_drawing_and_few_are_seen() -> None:
    table = OpenTable(pa.table({"x": [0.0] * 400 + [1.0]}))
    facet = table_view(table, TableQuery(), "/r/", facet_columns=["x"]).facets[0]
    assert facet.bars[0].height == facet.height
    assert facet.bars[-1].height == pytest.approx(facet.height / 20, abs=0.1)
    assert [bar.on for bar in facet.bars] == [True, *[False] * 22, True]
    assert all(bar.y + bar.height == pytest.approx(facet.height) for bar in facet.bars)


def test_a_range_under_filters_that_keep_nothing_has_flat_bars() -> None:
    facet = range_of("f.target_name=nothing")
    assert facet.bars
    assert {bar.height for bar in facet.bars} == {0}


@pytest.mark.parametrize(
    "bounds",
    [
        "min.t_min=59801.123456",
        "max.t_min=2022-12-01T10:20:30",
        "max.t_min=2022-12-01",
        "min.t_min=59801&max.t_min=59801.25",
        "max.t_min=1e6",
        "min.t_min=-700000",
    ],
)
def test_a_range_sent_back_unchanged_means_the_same(bounds: str) -> None:
    facet = range_of(bounds)
    sent = [*facet.hidden, ("min.t_min", facet.chosen_low), ("max.t_min", facet.chosen_high)]
    before, after = TableQuery.parse(bounds, make.SCHEMA), TableQuery.parse(sent, make.SCHEMA)
    assert matching(OPENED, after).tolist() == matching(OPENED, before).tolist()


@pytest.mark.parametrize(
    ("type_", "unit", "text", "words"),
    [
        (pa.int64(), "", "12345678", "12345678"),
        (pa.int64(), "", "3.0", "3"),
        (pa.int64(), "", "2.5", "2.5"),
        (pa.int64(), "s", "30", "30 s"),
        (pa.float64(), "", "12345678", "1.23457e+07"),
        (pa.int64(), "bytes", "48200000001", "48.2 GB"),
        (pa.float64(), "MJD", "59772.25", "2022-07-12 06:00"),
        (pa.float64(), "MJD", "2022-07-12", "2022-07-12"),
        (pa.string(), "", "1e3", "1e3"),
        (pa.bool_(), "", "1", "1"),
    ],
)
def test_bounds_in_words(type_: pa.DataType, unit: str, text: str, words: str) -> None:
    table = OpenTable(pa.schema([pa.field("x", type_, metadata={"unit": unit})]).empty_table())
    assert bound_words(text, table.columns["x"]) == words
