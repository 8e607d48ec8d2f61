"""Facets whose spellings fold, links for a whole facet, and filters for every column with few values."""

from typing import Any

import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.facetlinks import ADDRESS_MOST
from mastportal.tables.facets import facets
from mastportal.tables.fewvalues import few_valued
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.view import table_view
from tests.tables import make

TABLE = OpenTable(make.table())
FOLD = "fold=target_name"


def query(text: str) -> TableQuery:
    return TableQuery.parse(text, make.SCHEMA)


def view(text: str) -> Any:
    return table_view(TABLE, query(text), "/r/", facet_columns=("target_name", "calib_level"))


def facet_of(text: str, column: str = "target_name") -> Any:
    return next(each for each in view(text).facets if each.column.name == column)


def kept(url: str) -> int:
    return int(matching(TABLE, query(url.partition("?")[2])).sum())


def test_spellings_count_as_one_name() -> None:
    (found,) = facets(TABLE, query(FOLD), ["target_name"])
    name, nothing = found["values"]
    assert (name["count"], name["total"], set(name["spellings"])) == (4, 4, {"VV191", "VV-191", "VV 191"})
    assert (nothing["value"], nothing["count"]) == (None, 1)
    (found,) = facets(TABLE, query(f"{FOLD}&f.calib_level=3"), ["target_name"])
    assert (found["values"][0]["count"], found["values"][0]["total"]) == (2, 4)
    assert len(facets(TABLE, query(""), ["target_name"])[0]["values"]) == 4


def test_one_click_chooses_all_spellings_and_one_lets_go() -> None:
    value = facet_of(FOLD).values[0]
    assert (value.more_spellings, value.chosen) == (2, False)
    assert kept(value.url) == 4
    assert kept(value.not_url) == 0
    chosen = facet_of(value.url.partition("?")[2]).values[0]
    assert chosen.chosen
    assert query(chosen.url.partition("?")[2]).filters == ()
    out = facet_of(value.not_url.partition("?")[2]).values[0]
    assert out.left_out
    some = facet_of(f"{FOLD}&f.target_name=VV191").values[0]
    assert not some.chosen
    assert kept(some.url) == 4


def test_folding_is_offered_for_names_of_targets_and_taken_back() -> None:
    apart = facet_of("")
    assert "fold=target_name" in apart.fold_url
    together = facet_of(FOLD)
    assert together.folded
    assert "fold" not in together.fold_url
    assert facet_of("", "calib_level").fold_url == ""
    assert len(facets(TABLE, query("fold=filters"), ["filters"])[0]["values"]) > 1


def test_a_facet_is_searched_folded() -> None:
    (found,) = facets(TABLE, query(FOLD), ["target_name"], within="vv-")
    assert [each["value"] for each in found["values"]] == ["VV191"]
    assert facets(TABLE, query(FOLD), ["target_name"], within="zz")[0]["values"] == []


def test_all_none_and_the_opposite() -> None:
    plain = facet_of("", "calib_level")
    assert kept(plain.all_url) == 4  # the row without a level is none of the values
    assert plain.invert_url == ""
    chosen = facet_of("f.calib_level=3&f.calib_level=2&q=v", "calib_level")
    assert query(chosen.invert_url.partition("?")[2]).values("not", "calib_level") == ["3", "2"]
    assert "q=v" in chosen.invert_url
    back = facet_of(chosen.invert_url.partition("?")[2], "calib_level")
    assert query(back.invert_url.partition("?")[2]).values("f", "calib_level") == ["3", "2"]


def test_every_column_with_few_values_is_a_filter_where_wanted() -> None:
    assert few_valued(TABLE) == ["target_name", "filters", "calib_level", "t_min", "mtFlag"]
    assert [each.column.name for each in view("").facets] == ["target_name", "calib_level"]
    more = view("more=1")
    names = [each.column.name for each in more.facets]
    assert names == ["target_name", "calib_level", "filters", "t_min", "mtFlag"]
    assert "more" not in more.more_filters_url


@pytest.mark.parametrize("name", ["<b>VV 191</b>", "=cmd()", "x" * 100_000, "", "-", "\u202e191"])
def test_hostile_names_fold_and_filter(name: str) -> None:
    table = OpenTable(
        make.table([("1", name, None, 1, 1.0, None, None), ("2", "M 1", None, 1, 1.0, None, None)])
    )
    shown = table_view(table, query(FOLD), "/r/", facet_columns=("target_name",)).facets[0].values
    linked = [value for value in shown if value.url]
    assert (len(shown), len(linked)) == (2, 1 if len(name) > ADDRESS_MOST else 2)
    for value in linked:
        wanted = TableQuery.parse(value.url.partition("?")[2], make.SCHEMA)
        assert matching(table, wanted).sum() == 1


def test_folds_of_a_table_without_rows() -> None:
    empty = OpenTable(pa.Table.from_batches([], make.SCHEMA))
    assert facets(empty, query(FOLD), ["target_name"])[0]["values"] == []
    assert few_valued(empty) == []
