"""Every link of a view keeps the rest of the state, and leads where it says: read back and asked again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.facetview import NO_VALUE, FacetView
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery, truth
from mastportal.tables.view import TableView, table_view
from tests.tables import make

OPENED = OpenTable(make.table())
COUNTED = ("target_name", "filters", "calib_level", "mtFlag")
PATH = "/results/1/"
STATES = [
    "",
    "result=7",
    "f.filters=F150W&sort=-t_min,target_name&page_size=2",
    "f.target_name=VV-191&not.target_name=vv191&null.target_name=1",
    "result=a%26b&f.mtFlag=T&null.mtFlag=true&q=v",
    "f.calib_level=3.0&not.calib_level=+2&columns=obsid,t_min&page=1",
    "min.t_min=59800&max.t_min=2022-12-01&like.target_name=v*&unlike.filters=*x*",
    "facets=filters&within=f&facet_limit=2&f.filters=+f356w",
]
states = st.sampled_from(STATES)


def read(url: str) -> TableQuery:
    path, _, query = url.partition("?")
    assert path == PATH
    return TableQuery.parse(query, make.SCHEMA)


def view(state: str) -> TableView:
    return table_view(OPENED, TableQuery.parse(state, make.SCHEMA), PATH, facet_columns=(*COUNTED, "t_min"))


def facets_of(found: TableView) -> list[FacetView]:
    return [each for each in found.facets if each.kind == "values"]


def matched(query: TableQuery) -> int:
    return int(matching(OPENED, query).sum())


def others(query: TableQuery, column: str) -> set[object]:
    """All of a query but its filters on one column and its page."""
    kept = {each for each in query.filters if each.column != column}
    rest = {name: value for name, value in query.pairs() if "." not in name and name != "page"}
    return {*kept, *rest.items()}


@pytest.mark.parametrize("state", STATES)
def test_choosing_or_leaving_out_a_value_touches_its_column_only(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    for facet in facets_of(view(state)):
        for value in facet.values:
            for url in (value.url, value.not_url):
                assert others(read(url), facet.column.name) == others(query, facet.column.name)
                assert read(url).page == 1


@pytest.mark.parametrize("state", STATES)
def test_a_value_shows_what_the_filters_say(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    for facet in facets_of(view(state)):
        own = [each for each in query.filters if each.column == facet.column.name]
        assert facet.filtered == bool(own)
        for value in facet.values:
            assert not (value.chosen and value.left_out) or len(own) > 1
            assert (value.style == "is-on") == value.chosen


@pytest.mark.parametrize("state", STATES)
def test_what_was_chosen_can_be_let_go_and_chosen_again(state: str) -> None:
    for facet in facets_of(view(state)):
        for value in facet.values:
            turned = view(value.url.partition("?")[2])
            same = next(
                each
                for mine in turned.facets
                if mine.column == facet.column
                for each in mine.values
                if each.text == value.text
            )
            assert same.chosen is not value.chosen, (facet.column.name, value.text)
            assert not same.left_out


@pytest.mark.parametrize("column", COUNTED)
def test_a_values_count_is_the_rows_behind_its_link(column: str) -> None:
    for facet in facets_of(view("min.t_min=59800")):
        for value in facet.values if facet.column.name == column else []:
            assert matched(read(value.url)) == int(value.count), value.text


@pytest.mark.parametrize("column", COUNTED)
def test_leaving_a_value_out_keeps_all_other_known_rows(column: str) -> None:
    known = matched(TableQuery.parse(f"null.{column}=0", make.SCHEMA))
    facet = next(each for each in view("").facets if each.column.name == column)
    for value in facet.values:
        gone = 0 if value.text == NO_VALUE else int(value.count)
        assert matched(read(value.not_url)) == known - gone, value.text


@pytest.mark.parametrize("spelling", ["T", "true", "1", "yes", " True "])
def test_a_flag_is_chosen_however_it_is_written(spelling: str) -> None:
    found = view(TableQuery().with_("f", "mtFlag", spelling).querystring())
    values = next(each for each in found.facets if each.column.name == "mtFlag").values
    assert {value.text for value in values if value.chosen} == {"yes"}
    assert next(value for value in values if value.chosen).url == PATH


@pytest.mark.parametrize("spelling", ["1", "true", "T", "0", "false", "no"])
def test_no_value_is_chosen_however_it_is_written(spelling: str) -> None:
    found = view(f"null.mtFlag={spelling}")
    facet = next(each for each in found.facets if each.column.name == "mtFlag")
    value = next(each for each in facet.values if each.text == NO_VALUE)
    assert (value.chosen, value.left_out) == (truth(spelling, ""), not truth(spelling, ""))
    assert PATH in (value.url, value.not_url)


@pytest.mark.parametrize("state", STATES)
def test_a_chip_takes_away_just_its_filter(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    chips = view(state).chips
    assert len(chips) == len(query.filters) + bool(query.q)
    for chip, found in zip(chips, query.filters, strict=False):
        assert set(query.filters) - set(read(chip.remove_url).filters) == {found}
        assert others(read(chip.remove_url), found.column) == others(query, found.column)


@pytest.mark.parametrize("state", STATES)
def test_removing_all_leaves_sort_and_columns(state: str) -> None:
    query, cleared = TableQuery.parse(state, make.SCHEMA), read(view(state).clear_url)
    assert (cleared.filters, cleared.q, cleared.page) == ((), "", 1)
    for part in ("sort", "columns", "page_size", "facets", "extra"):
        assert getattr(cleared, part) == getattr(query, part)


@pytest.mark.parametrize("state", STATES)
def test_sorting_keeps_filters_and_goes_to_the_first_page(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    for head in view(state).heads:
        for url in (head.sort_url, head.also_url):
            found = read(url)
            assert (found.filters, found.q, found.columns) == (query.filters, query.q, query.columns)
            assert found.page == 1


@pytest.mark.parametrize("state", STATES)
def test_three_clicks_on_a_head_come_back_to_the_archives_order(state: str) -> None:
    url = PATH + "?" + TableQuery.parse(state, make.SCHEMA).querystring(sort=())
    directions = []
    for _ in range(3):
        url = view(url.partition("?")[2]).heads[0].sort_url
        directions.append(read(url).sort)
    assert directions == [("obsid",), ("-obsid",), ()]


@pytest.mark.parametrize("state", STATES)
def test_page_sizes_keep_the_rest(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    for link in view(state).page_sizes:
        found = read(link.url)
        assert (str(found.page_size), found.page) == (link.text, 1)
        assert (found.filters, found.sort, found.extra) == (query.filters, query.sort, query.extra)


@given(states, st.integers(1, 12), st.integers(1, 6))
@settings(max_examples=60)
def test_pages_are_walked_from_first_to_last(state: str, number: int, size: int) -> None:
    query = TableQuery.parse(state, make.SCHEMA).querystring(page=number, page_size=size)
    keys, url = [], PATH + "?" + query
    url = view(query).pager.first_url or url
    while url:
        found = view(url.partition("?")[2])
        keys += [row.key for row in found.rows]
        url = found.pager.next_url
    assert len(keys) == len(set(keys)) == matched(TableQuery.parse(query, make.SCHEMA))


@pytest.mark.parametrize("state", STATES)
def test_hidden_inputs_and_an_input_are_the_whole_address(state: str) -> None:
    query = TableQuery.parse(state, make.SCHEMA)
    sent = TableQuery.parse([*view(state).hidden_but_q, ("q", "new")], make.SCHEMA)
    assert sent.q == "new"
    assert others(sent, "") - {("q", "new")} == others(query, "") - {("q", query.q)}
