"""Filters, facets and order against a plain-Python reference, over tables made up by hypothesis."""

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.filters import TableQuery, matching
from mastportal.tables.paging import ordered_rows
from tests.tables import make, naive

WORDS = ["", "a", "A", "ab", "Ab c", "b?", "b[", "ß", "SS", "n.a", "ä", "Ä"]
text = st.none() | st.sampled_from(WORDS)
joined = st.none() | st.lists(st.sampled_from([*WORDS, " a ", " "]), max_size=3).map(";".join)
floats = st.none() | st.sampled_from([0.0, -0.0, 1.5, -2.0, 1e300, float("nan"), float("inf")])
ints = st.none() | st.integers(-2, 3)
row = st.tuples(text, text, joined, ints, floats, st.none() | st.booleans(), text)
tables = st.lists(row, max_size=12).map(make.table)

patterns = st.lists(st.sampled_from(["a", "B", "*", " ", "?", "[", "ß"]), max_size=3).map("".join)
text_filter = st.tuples(st.sampled_from(["f", "not", "min", "max"]), st.sampled_from([w for w in WORDS if w]))
like_filter = st.tuples(st.sampled_from(["like", "unlike"]), patterns.filter(str.strip))
null_filter = st.tuples(st.just("null"), st.sampled_from(["1", "0"]))
number_filter = st.tuples(
    st.sampled_from(["f", "not", "min", "max"]), st.sampled_from(["0", "-2", "1.5", "2"])
)
filters = st.one_of(
    st.tuples(st.sampled_from(["target_name", "filters"]), text_filter | like_filter | null_filter),
    st.tuples(st.sampled_from(["calib_level", "t_min"]), number_filter | null_filter),
)
columns = ["target_name", "filters", "calib_level", "t_min", "mtFlag"]
sort_keys = st.lists(st.sampled_from(columns), unique=True, max_size=3).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names))
)


@st.composite
def queries(draw: st.DrawFn) -> TableQuery:
    asked = draw(st.lists(filters, max_size=4))
    pairs = [(f"{operator}.{column}", value) for column, (operator, value) in asked]
    pairs += [("q", draw(st.sampled_from(["", "a", "A b", "ß"]))), ("sort", ",".join(draw(sort_keys)))]
    return TableQuery.parse(pairs, make.SCHEMA)


@given(tables, queries())
def test_the_same_rows_are_kept(table: pa.Table, query: TableQuery) -> None:
    searched = table.drop_columns(["s_region"])
    found = np.flatnonzero(matching(OpenTable(table), query)).tolist()
    assert found == naive.matching(searched, query)


@given(tables, queries())
def test_rows_are_in_the_same_order(table: pa.Table, query: TableQuery) -> None:
    searched = table.drop_columns(["s_region"])
    assert ordered_rows(OpenTable(table), query).tolist() == naive.ordered(searched, query)


@settings(max_examples=60)
@given(tables, queries(), st.sampled_from(["target_name", "filters", "calib_level", "mtFlag"]))
def test_facets_count_the_same(table: pa.Table, query: TableQuery, column: str) -> None:
    searched = table.drop_columns(["s_region"])
    found = facets(OpenTable(table), query, [column], limit=100)[0]
    counted = Counter({_folded(each["value"]): each["count"] for each in found["values"] if each["count"]})
    assert counted == naive.counts(searched, query, column)


@settings(max_examples=60)
@given(tables, queries(), st.integers(1, 4))
def test_a_short_facet_is_the_beginning_of_a_long_one(table: pa.Table, query: TableQuery, limit: int) -> None:
    opened = OpenTable(table)
    unfiltered = query.without("f", "filters").without("not", "filters")
    long = facets(opened, unfiltered, ["filters"], limit=100)[0]["values"]
    short = facets(opened, unfiltered, ["filters"], limit=limit)[0]
    assert short["values"] == long[:limit]
    assert short["more"] == max(0, len(long) - limit)


@settings(max_examples=60)
@given(tables, queries())
def test_bins_hold_every_number_once(table: pa.Table, query: TableQuery) -> None:
    found = facets(OpenTable(table), query, ["t_min"])[0]
    counted = naive.counts(table.drop_columns(["s_region"]), query, "t_min")
    assert sum(each["count"] for each in found["bins"]) == counted.total() - counted[None]


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
