"""Rows by their keys: all that match, which of some match, where one stands."""

import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.selected import Place, count_among, keys_matching, place_of
from tests.tables import make

TABLE = OpenTable(make.table())


def query(text: str) -> TableQuery:
    return TableQuery.parse(text, make.SCHEMA)


def test_keys_are_of_the_matching_rows() -> None:
    assert keys_matching(TABLE, query("f.filters=F150W")) == ["1", "2"]
    assert keys_matching(TABLE, query("sort=-t_min&page_size=1&page=9")) == ["1", "2", "3", "4", "5"]


def test_too_many_keys_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadQuery, match=r"5 rows match, and at most 4 .* add all that match"):
        keys_matching(TABLE, query(""), most=4)


def test_some_keys_are_counted_under_the_filters() -> None:
    assert count_among(TABLE, query("f.filters=F150W"), ["1", "5", "nobody", "<b>", ""]) == (2, 1)
    assert count_among(TABLE, query(""), []) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "key", "place"),
    [
        ("", "3", Place(2, 3, 1)),
        ("page_size=2", "3", Place(2, 3, 2)),
        ("sort=-t_min&page_size=2", "5", Place(4, 1, 1)),
        ("sort=-t_min&page_size=2", "4", Place(3, 5, 3)),  # no start time: last either way
        ("f.filters=F150W", "5", Place(4, None, None)),
        ("", "x" * 100_000, None),
    ],
)
def test_a_row_has_its_place(asked: str, key: str, place: Place | None) -> None:
    assert place_of(TABLE, query(asked), key) == place


def test_rows_without_names_cannot_be_asked_for() -> None:
    nameless = OpenTable(pa.table({"a": [1]}))
    with pytest.raises(BadQuery, match="no names"):
        place_of(nameless, TableQuery(), "1")
