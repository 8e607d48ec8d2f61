"""The view of a table: every link keeps the rest of the address, and says what it does."""

from urllib.parse import parse_qsl

import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.facetview import FacetView
from mastportal.tables.grammar import TableQuery
from mastportal.tables.rowview import RowState
from mastportal.tables.view import TableView, table_view
from tests.tables import make

OPENED = OpenTable(make.table())
FACETS = ("target_name", "filters", "calib_level", "t_min", "mtFlag")


def view(query: str = "", **options: object) -> TableView:
    return table_view(OPENED, TableQuery.parse(query, make.SCHEMA), "/r/", facet_columns=FACETS, **options)


def facet(found: TableView, column: str) -> FacetView:
    return next(each for each in found.facets if each.column.name == column)


def pairs(url: str) -> list[tuple[str, str]]:
    path, _, query = url.partition("?")
    assert path == "/r/"
    return parse_qsl(query, keep_blank_values=True)


def test_visible_columns_are_shown_unless_others_are_chosen() -> None:
    assert "s_region" not in view().shown
    assert view("columns=t_min,s_region").shown == ("t_min", "s_region")
    assert view(usual_columns=["obsid"]).shown == ("obsid",)


def test_rows_have_their_key_and_cells() -> None:
    row = view("sort=-t_min&columns=target_name,t_min").rows[1]
    assert row.key == "2"
    assert [cell.text for cell in row.cells] == ["VV-191", "2022-08-10 06:00"]


def test_the_caller_says_how_a_row_is_marked() -> None:
    def state_of(row: dict[str, object]) -> RowState:
        return RowState("planned" if row["calib_level"] == -1 else "")

    found = view("columns=target_name", values=["calib_level"], state_of=state_of)
    assert [row.state.name for row in found.rows] == ["", "", "planned", "", ""]


@pytest.mark.parametrize(
    ("sort", "next_sort", "also", "aria"),
    [
        ("", "t_min", "t_min", ""),
        ("t_min", "-t_min", "-t_min", "ascending"),
        ("-t_min", "", "", "descending"),
        ("target_name", "t_min", "target_name,t_min", ""),
        ("target_name,t_min", "-t_min", "target_name,-t_min", "ascending"),
        ("-t_min,target_name", "", "target_name", "descending"),
    ],
)
def test_a_head_sorts_up_then_down_then_not(sort: str, next_sort: str, also: str, aria: str) -> None:
    head = next(each for each in view(f"sort={sort}&page_size=2").heads if each.column.name == "t_min")
    assert dict(pairs(head.sort_url)).get("sort") == next_sort
    assert dict(pairs(head.also_url)).get("sort") == also
    assert head.aria_sort == aria
    assert ("page_size", "2") in pairs(head.sort_url)


def test_places_are_numbered_when_there_are_several_sort_keys() -> None:
    heads = {head.column.name: head.place for head in view("sort=t_min,target_name").heads}
    assert (heads["t_min"], heads["target_name"], heads["obsid"]) == (1, 2, 0)
    assert not any(head.place for head in view("sort=t_min").heads)


def test_choosing_a_facet_value_keeps_the_rest() -> None:
    found = view("result=9&f.filters=CLEAR&sort=t_min&page=3&columns=obsid,t_min")
    value = next(each for each in facet(found, "calib_level").values if each.text == "3")
    assert pairs(value.url) == [
        ("result", "9"),
        ("f.filters", "CLEAR"),
        ("f.calib_level", "3"),
        ("sort", "t_min"),
        ("columns", "obsid,t_min"),
    ]


def test_a_chosen_value_lets_go() -> None:
    value = facet(view("f.filters=f150w"), "filters").values[0]
    assert (value.text, value.chosen, pairs(value.url)) == ("F150W", True, [])
    assert pairs(value.not_url) == [("not.filters", "F150W")]


def test_a_value_left_out_can_come_back() -> None:
    value = facet(view("not.filters=F150W"), "filters").values[0]
    assert (value.left_out, value.chosen) == (True, False)
    assert pairs(value.not_url) == []
    assert pairs(value.url) == [("f.filters", "F150W")]


def test_rows_without_a_value_are_a_value_too() -> None:
    value = next(each for each in facet(view(), "mtFlag").values if each.text == "no value")
    assert pairs(value.url) == [("null.mtFlag", "1")]
    assert pairs(value.not_url) == [("null.mtFlag", "0")]


def test_a_facet_opens_to_show_more_and_closes_again() -> None:
    opened = facet(view("facets=filters&within=f1&f.calib_level=3"), "filters")
    assert opened.expanded
    assert [value.text for value in opened.values] == ["F150W"]
    assert pairs(opened.fewer_url) == [("f.calib_level", "3")]
    assert opened.hidden == [("f.calib_level", "3")]
    assert pairs(facet(view(), "filters").more_url) == [("facets", "filters")]


def test_a_facet_of_another_column_can_be_opened() -> None:
    assert facet(view("facets=s_region"), "s_region").values


def test_several_facets_named_are_those_shown() -> None:
    found = view("facets=mtFlag,filters&facet_limit=1").facets
    assert [(each.column.name, len(each.values), each.expanded) for each in found] == [
        ("mtFlag", 1, False),
        ("filters", 1, False),
    ]


def test_a_column_without_any_value_has_no_facet() -> None:
    table = OpenTable(make.table([("1", None, None, None, None, None, None)]))
    assert table_view(table, TableQuery(), "/r/", facet_columns=FACETS).facets == []


def test_links_of_values_keep_what_is_written_after_the_filters() -> None:
    value = facet(view("f.target_name=A%26B&sort=t_min"), "filters").values[0]
    assert value.url == "/r/?f.target_name=A%26B&f.filters=F150W&sort=t_min"
    assert value.not_url == "/r/?f.target_name=A%26B&not.filters=F150W&sort=t_min"


def test_a_range_has_bars_and_bounds_in_words() -> None:
    found = facet(view("min.t_min=59801&max.t_min=2022-12-01"), "t_min")
    assert (found.low, found.high) == ("2022-08-09", "2022-11-17")
    assert (found.chosen_low, found.chosen_high) == ("2022-08-10 00:00", "2022-12-01")
    assert found.bars[0].words == "2022-08-09 to 2022-08-13: 2"
    assert found.bars[0].height == found.height
    assert ("min.t_min", "59801") not in found.hidden


def test_chips_say_each_filter_and_remove_it() -> None:
    found = view("f.filters=F150W&min.t_min=59801&not.calib_level=2&null.mtFlag=1&q=vv&page=2")
    assert [(chip.label, chip.text) for chip in found.chips] == [
        ("Filters", "F150W"),
        ("Start Time", "from 2022-08-10 00:00"),
        ("calib_level", "not 2"),
        ("mtFlag", "no value"),
        ("Any text", "“vv”"),
    ]
    assert "f.filters" not in dict(pairs(found.chips[0].remove_url))
    assert ("min.t_min", "59801") in pairs(found.chips[0].remove_url)
    assert pairs(found.clear_url) == []


def test_the_pager_knows_the_ends() -> None:
    found = view("page_size=2&page=2").pager
    assert (found.page, found.pages, found.first_row, found.last_row) == (2, 3, 3, 4)
    assert pairs(found.next_url) == [("page", "3"), ("page_size", "2")]
    assert view("page_size=2&page=3").pager.next_url == ""
    assert view().pager.first_url == ""


def test_a_page_past_the_end_is_the_last_one() -> None:
    found = view("page=9&page_size=2")
    assert (found.pager.page, [row.key for row in found.rows]) == (3, ["5"])


def test_an_empty_answer_is_a_view_too() -> None:
    found = view("f.target_name=nothing")
    assert (found.rows, found.page.matched, found.pager.first_row) == ([], 0, 0)


def test_the_filters_alone_are_what_a_basket_takes() -> None:
    assert view("result=3&f.filters=F150W&sort=t_min&page=2&q=a").filters == "f.filters=F150W&q=a"


def test_forms_carry_the_rest_of_the_address() -> None:
    found = view("result=3&q=a&f.filters=F150W&page=2&page_size=2")
    assert found.hidden_but_q == [("result", "3"), ("f.filters", "F150W"), ("page_size", "2")]
    assert ("q", "a") in found.hidden("page_size")


def test_columns_can_be_chosen_from_all() -> None:
    choices = view("columns=t_min,obsid").choices
    assert [choice.column.name for choice in choices if choice.shown] == ["t_min", "obsid"]
    assert len(choices) == len(make.SCHEMA)
