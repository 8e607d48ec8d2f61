"""`sky=` of the table grammar: which rows it keeps, where it is written, and what it refuses."""

import pyarrow as pa
import pytest

from mastportal.tables.codes import RECENT_KEPT, OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.facets import facets
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.view import table_view

ROWS = {
    "obsid": ["1", "2", "3", "4", "5"],
    "filters": ["F150W", "F150W", "F444W", "F444W", "CLEAR"],
    "s_region": [
        "POLYGON ICRS 359.9 -0.1 0.1 -0.1 0.1 0.1 359.9 0.1",
        "CIRCLE 10 10 0.5",
        None,
        "<b>POLYGON</b> 1 2 3",
        None,
    ],
    "s_ra": [0.0, 10.0, 10.2, 10.1, float("nan")],
    "s_dec": [0.0, 10.0, 10.0, 10.1, 10.0],
}


def opened(rows: dict[str, list[object]] | None = None) -> OpenTable:
    return OpenTable(pa.table(rows or ROWS).replace_schema_metadata({"key": "obsid"}))


TABLE = opened()


def kept(query: str, table: OpenTable = TABLE) -> list[str]:
    mask = matching(table, TableQuery.parse(query, table.schema))
    found: list[str] = table.table["obsid"].filter(pa.array(mask)).to_pylist()
    return found


def refusal(query: str, table: OpenTable = TABLE) -> BadQuery:
    with pytest.raises(BadQuery) as caught:
        TableQuery.parse(query, table.schema)
    return caught.value


def test_footprints_meet_and_rows_without_one_count_by_their_position() -> None:
    assert kept("sky=circle 10 10 0.3") == ["2", "3", "4"]
    assert kept("sky=circle 10.2 10 0") == ["2", "3"]
    assert kept("sky=polygon 0.05 0.05 0.06 0.05 0.06 0.06") == ["1"]
    assert kept("sky=circle 0 0 180") == ["1", "2", "3", "4"], "a row that is nowhere meets no region"


def test_a_region_holds_together_with_other_filters() -> None:
    assert kept("sky=circle 10 10 0.3&f.filters=F444W") == ["3", "4"]
    assert kept("sky=circle 10 10 0.3&q=f150") == ["2"]


def test_a_blank_region_is_the_whole_sky() -> None:
    assert TableQuery.parse("sky=", TABLE.schema) == TableQuery()
    assert len(kept("sky=%20%20")) == 5
    assert TableQuery.parse("sky=", pa.schema([])) == TableQuery()


def test_facets_count_under_the_region() -> None:
    (facet,) = facets(TABLE, TableQuery.parse("sky=circle 0 0 1", TABLE.schema), ["filters"])
    assert {value["value"]: value["count"] for value in facet["values"]}["F150W"] == 1
    assert sum(value["count"] for value in facet["values"]) == 1


def test_it_is_written_wherever_filters_are() -> None:
    query = TableQuery.parse("sky=circle  10  10 0.3&sort=s_ra&page_size=2", TABLE.schema)
    assert query.sky == "circle 10 10 0.3"
    assert TableQuery.parse(query.querystring(), TABLE.schema) == query
    view = table_view(TABLE, query, "/r/", facet_columns=["filters"])
    assert view.filters == "sky=circle%2010%2010%200.3"
    assert view.export_query.startswith(view.filters)
    assert view.is_filtered
    assert "sky=" not in view.clear_url
    assert "sky=" in view.facets[0].values[0].url
    (chip,) = view.chips
    assert (chip.label, chip.text) == ("Sky", "within 18′ of RA 10.0000°, Dec +10.0000°")
    assert "sky=" not in chip.remove_url


def test_positions_of_keyword_rows() -> None:
    table = opened({"obsid": ["1", "2"], "targ_ra": [5.0, 6.0], "targ_dec": [5.0, 5.0]})
    assert kept("sky=circle 5 5 0.5", table) == ["1"]


def test_a_table_without_places_says_so() -> None:
    table = opened({"obsid": ["1"], "s_ra": ["5"], "s_dec": ["5"]})
    error = refusal("sky=circle 1 2 3", table)
    assert (error.field, error.message) == (
        "sky",
        "The rows of this table have no position on the sky to be filtered by.",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("square 1 2 3", "is written"),
        ("circle", "three numbers"),
        ("circle 1 2 3 4", "three numbers"),
        ("circle 1 2 x", "not “x”"),
        ("circle 1 2 nan", "numbers in degrees"),
        ("circle 1 2 1_0", "numbers in degrees"),
        ("circle 1 2 -1", "from 0 to 180"),
        ("circle 721 2 1", "RA must be"),
        ("circle 1 -90.1 1", "Dec must be"),
        ("polygon 1 2 3", "left over"),
        ("polygon 1 2 3 4", "three different corners"),
        ("polygon 1 2 3 4 1 2 3 4", "cross nor touch"),
        ("polygon 1 2 3 4 3 4 1 2", "three different corners"),
        ("polygon 0 0 1 1 1 0 0 1", "cross nor touch"),
        ("polygon 0 0 1 0 2 0", "cross nor touch"),
        ("polygon 0 0 120 0 240 0", "hemisphere"),
        ("polygon " + "1 2 " * 501, "at most 500"),
        ("<script>" * 12_000, "is written"),
        ("circle 1 2 " + "9" * 100_000, "numbers in degrees"),
    ],
)
def test_what_is_no_region_is_refused_in_a_sentence(text: str, words: str) -> None:
    error = refusal(f"sky={text}")
    assert words in error.message
    assert error.message.endswith(".")
    assert len(error.message) < 200
    assert error.field == "sky"


def test_what_is_kept_for_regions_is_counted_and_bounded() -> None:
    table = opened()
    before = table.nbytes
    kept("sky=circle 0 0 1", table)
    assert table.nbytes > before + 100
    for radius in range(1, 3 * RECENT_KEPT):
        kept(f"sky=circle 0 0 {radius}", table)
    assert len(table._recent) == RECENT_KEPT
