"""What a view says of itself: counts, rows and columns, for any query over any table."""

import pytest
from hypothesis import given, settings

from mastportal.tables.codes import OpenTable
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows
from mastportal.tables.view import PAGE_SIZES, TableView, table_view
from tests.tables import make
from tests.tables.test_against_naive import queries, tables

OPENED = OpenTable(make.table())


def view(query: str = "", **options: object) -> TableView:
    return table_view(OPENED, TableQuery.parse(query, make.SCHEMA), "/r/", **options)


@settings(max_examples=50)
@given(tables, queries())
def test_rows_are_those_matched_in_their_order(table: object, query: TableQuery) -> None:
    opened = OpenTable(table)
    found = table_view(opened, query, "/r/")
    assert [row.number for row in found.rows] == ordered_rows(opened, query).tolist()
    assert [row.values["obsid"] for row in found.rows] == [
        opened.table["obsid"][row.number].as_py() for row in found.rows
    ]


@settings(max_examples=50)
@given(tables, queries())
def test_the_filters_alone_keep_the_same_rows(table: object, query: TableQuery) -> None:
    opened = OpenTable(table)
    found = table_view(opened, query, "/r/")
    alone = TableQuery.parse(found.filters, make.SCHEMA)
    assert matching(opened, alone).tolist() == matching(opened, query).tolist()
    assert found.is_filtered == bool(found.filters)


@settings(max_examples=50)
@given(tables, queries())
def test_an_export_has_the_rows_in_the_order_shown(table: object, query: TableQuery) -> None:
    opened = OpenTable(table)
    found = table_view(opened, query, "/r/")
    wanted = TableQuery.parse(found.export_query, make.SCHEMA)
    assert ordered_rows(opened, wanted).tolist() == ordered_rows(opened, query).tolist()
    assert wanted.columns == found.shown


@pytest.mark.parametrize("query", ["", "columns=t_min", "columns=s_region,obsid", "sort=-obsid&page_size=2"])
def test_every_row_has_a_cell_for_every_head(query: str) -> None:
    found = view(query)
    assert [head.column.name for head in found.heads] == list(found.shown)
    assert {len(row.cells) for row in found.rows} == {len(found.heads)}
    assert all(row.html.count("<td") == len(found.heads) for row in found.rows)


def test_a_hidden_key_still_names_its_row() -> None:
    assert [row.key for row in view("columns=t_min").rows] == ["1", "2", "3", "4", "5"]


def test_every_column_is_a_choice_once() -> None:
    names = [each.column.name for each in view("columns=t_min,obsid").choices]
    assert names[:2] == ["t_min", "obsid"]
    assert sorted(names) == sorted(make.SCHEMA.names)


@pytest.mark.parametrize("size", [1, 25, 33, 1000])
def test_the_page_size_asked_for_is_among_the_choices(size: int) -> None:
    links = view(f"page_size={size}").page_sizes
    assert [link.text for link in links if link.current] == [str(size)]
    assert [int(link.text) for link in links] == sorted({*PAGE_SIZES, size})


def test_counts_are_written_with_their_thousands() -> None:
    table = OpenTable(make.table([(str(n), "a", None, n, None, None, None) for n in range(1500)]))
    found = table_view(table, TableQuery.parse("page=2&page_size=1000", make.SCHEMA), "/r/")
    assert (found.total_words, found.matched_words) == ("1,500", "1,500")
    assert (found.first_words, found.last_words) == ("1,001", "1,500")


def test_an_empty_table_is_a_view() -> None:
    found = table_view(OpenTable(make.table([])), TableQuery(page=7), "/r/", facet_columns=make.SCHEMA.names)
    assert (found.rows, found.facets, found.pager.page, found.pager.pages) == ([], [], 1, 1)
    assert (found.pager.first_row, found.pager.last_row, found.pager.next_url) == (0, 0, "")
