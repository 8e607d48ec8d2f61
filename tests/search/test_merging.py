"""The product lists of many observations as one table."""

import pyarrow as pa

from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.search.merging import merged

SCHEMA = arrow_schema(PRODUCT_FIELDS)


def products(parent: str, *uris: str | None) -> pa.Table:
    rows = [{"dataURI": uri, "parent_obsid": parent, "obs_id": f"of {parent}"} for uri in uris]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def told(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["dataURI"].to_pylist(), table["parents"].to_pylist(), strict=True))


def test_each_uri_is_there_once_with_all_its_observations() -> None:
    table = merged([products("1", "a", "b"), products("2", "b", "c"), products("3", "a", "c")], SCHEMA)
    assert told(table) == [("a", "1;3"), ("b", "1;2"), ("c", "2;3")]


def test_the_first_row_of_each_stays() -> None:
    table = merged([products("1", "a"), products("2", "a")], SCHEMA)
    assert table["obs_id"].to_pylist() == ["of 1"]


def test_rows_repeated_within_a_list_count_once() -> None:
    assert told(merged([products("1", "a", "a", "a")], SCHEMA)) == [("a", "1")]


def test_rows_without_a_uri_are_no_files() -> None:
    assert told(merged([products("1", None, "a", None)], SCHEMA)) == [("a", "1")]


def test_of_nothing_comes_an_empty_table_with_all_columns() -> None:
    table = merged([], SCHEMA)
    assert table.num_rows == 0
    assert table.column_names == [*SCHEMA.names, "parents"]


def test_columns_and_their_notes_stay() -> None:
    table = merged([products("1", "a")], SCHEMA)
    assert table.schema.metadata[b"key"] == b"dataURI"
    assert table.schema.field("size").metadata[b"label"]
    assert table.schema.field("parents").metadata[b"separator"] == b";"


def test_hundreds_of_observations_with_the_same_guide_stars() -> None:
    lists = [products(str(n), f"own{n}", *(f"gs{k}" for k in range(50))) for n in range(300)]
    table = merged(lists, SCHEMA)
    parents = dict(told(table))
    assert table.num_rows == 350
    assert parents["own7"] == "7"
    assert sorted(parents["gs3"].split(";"), key=int) == [str(n) for n in range(300)]
