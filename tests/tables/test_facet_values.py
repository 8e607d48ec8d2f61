"""Facets of values: chosen ones are shown however rare and however written; numbers of any kind; nulls."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.grammar import TableQuery
from mastportal.tables.view import table_view

INSTRUMENTS = [f"I{number:02}" for number in range(40)]


def opened(values: list[object], type_: pa.DataType, **metadata: str) -> OpenTable:
    schema = pa.schema([pa.field("x", type_, metadata={"kind": "values"} | metadata)])
    return OpenTable(pa.Table.from_arrays([pa.array(values, type_)], schema=schema))


def counted(table: OpenTable, query: str = "", **options: object) -> list[tuple[object, int]]:
    parsed = TableQuery.parse(query, table.schema)
    return [(each["value"], each["count"]) for each in facets(table, parsed, ["x"], **options)[0]["values"]]


MANY = opened([name for place, name in enumerate(INSTRUMENTS) for _ in range(40 - place)], pa.string())


def test_the_most_frequent_come_first() -> None:
    assert [value for value, _ in counted(MANY, limit=3)] == INSTRUMENTS[:3]


def test_ties_come_by_value() -> None:
    table = opened(["b", "a", "c", "b", "a", "c", None], pa.string())
    assert counted(table) == [("a", 2), ("b", 2), ("c", 2), (None, 1)]


@pytest.mark.parametrize("written", ["I39", "i39"])
@pytest.mark.parametrize("operator", ["f", "not"])
def test_a_rare_value_that_a_filter_names_is_shown(operator: str, written: str) -> None:
    assert counted(MANY, f"{operator}.x={written}", limit=3)[-1] == ("I39", 1)


@pytest.mark.parametrize("written", ["7", "7.0", " 7 ", "7e0", "007"])
@pytest.mark.parametrize("type_", [pa.int64(), pa.float64(), pa.int8()])
def test_a_rare_number_that_a_filter_names_is_shown(type_: pa.DataType, written: str) -> None:
    table = opened([1, 1, 1, 2, 2, 7], type_)
    assert counted(table, f"f.x={written}", limit=1) == [(1, 3), (7, 1)]


def test_a_value_that_is_not_there_is_not_shown() -> None:
    assert len(counted(MANY, "f.x=nobody", limit=3)) == 3


def test_a_chosen_value_that_does_not_contain_the_text_stays_hidden() -> None:
    assert [value for value, _ in counted(MANY, "f.x=I01", within="I3")] == INSTRUMENTS[30:]


@pytest.mark.parametrize("within", ["i0", "I0"])
def test_a_text_within_is_found_whatever_its_case(within: str) -> None:
    assert [value for value, _ in counted(MANY, within=within)] == INSTRUMENTS[:10]


@pytest.mark.parametrize("within", ["[", "*", ".", "\\", "(", "%"])
def test_a_text_within_has_no_special_signs(within: str) -> None:
    assert counted(opened([f"a{within}b", "ab"], pa.string()), within=within) == [(f"a{within}b", 1)]


def test_numbers_are_searched_by_their_digits() -> None:
    assert [value for value, _ in counted(opened([1176, 1073, 11], pa.int64()), within="11")] == [11, 1176]


def test_nulls_are_counted_like_a_value_and_not_found_within() -> None:
    table = opened([None, None, "a"], pa.string())
    assert counted(table) == [(None, 2), ("a", 1)]
    assert counted(table, within="a") == [("a", 1)]


def test_nan_and_the_infinities_are_nulls() -> None:
    table = opened([1.0, float("nan"), float("inf"), None], pa.float64())
    assert counted(table) == [(None, 3), (1.0, 1)]


def test_both_zeros_are_one_value() -> None:
    assert counted(opened([0.0, -0.0], pa.float64())) == [(0.0, 2)]


def test_a_row_counts_once_for_an_element_it_has_twice() -> None:
    table = opened(["F1; f1 ;F1", "F1;F2", ";", None], pa.string(), separator=";")
    assert counted(table) == [("F1", 2), ("", 1), ("F2", 1), (None, 1)]


def test_an_empty_table_has_facets_without_values() -> None:
    for type_ in (pa.string(), pa.int64(), pa.bool_()):
        assert counted(opened([], type_)) == []


@given(st.lists(st.none() | st.sampled_from(["a", "A", "b", ""]), max_size=20), st.integers(1, 4))
def test_shown_and_more_are_all_values(values: list[str | None], limit: int) -> None:
    table = opened(list(values), pa.string())
    found = facets(table, TableQuery(), ["x"], limit=limit)[0]
    wanted = Counter(None if value is None else value.casefold() for value in values)
    assert len(found["values"]) + found["more"] == len(wanted)
    assert sorted((each["count"] for each in found["values"]), reverse=True) == [
        count for _, count in wanted.most_common(limit)
    ]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.integers(-3, 3))
def test_a_total_is_never_less_than_a_count(values: list[int], bound: int) -> None:
    table = OpenTable(pa.table({"x": values, "y": values[::-1]}))
    query = TableQuery.parse(f"min.y={bound}", table.schema)
    for each in facets(table, query, ["x"], limit=100)[0]["values"]:
        assert 0 <= each["count"] <= each["total"] == values.count(each["value"])


@pytest.mark.parametrize("value", ["a&b=c", "100%", "+", "#", "é 😀", "<b>", "a/b?c", '"', "a b"])
def test_a_values_link_is_read_back_whatever_signs_it_has(value: str) -> None:
    table = opened([value, "other"], pa.string())
    view = table_view(table, TableQuery(), "/r/", facet_columns=["x"])
    url = next(each.url for each in view.facets[0].values if each.text == value)
    assert TableQuery.parse(url.partition("?")[2], table.schema).values("f", "x") == [value]


@pytest.mark.parametrize("name", ["a b", "a&b", "é", "a=b", "a%b", "<i>"])
def test_a_columns_link_is_read_back_whatever_signs_its_name_has(name: str) -> None:
    table = OpenTable(pa.table({name: ["v", "w"]}))
    view = table_view(table, TableQuery(), "/r/", facet_columns=[name])
    for link in (view.facets[0].values[0].url, view.facets[0].values[0].not_url, view.heads[0].sort_url):
        assert TableQuery.parse(link.partition("?")[2], table.schema) != TableQuery()


def test_facets_of_one_table_can_be_asked_at_once() -> None:
    table = OpenTable(pa.table({"x": ["a", "b"], "y": [1.0, 2.0]}))
    found = facets(table, TableQuery(), ["y", "x", "y"])
    assert [each["column"] for each in found] == ["y", "x", "y"]
    assert found[0] == found[2]
