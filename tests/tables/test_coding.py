"""Codes: every way an Arrow column may come gives the same codes."""

import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import split
from mastportal.tables.columns import columns_of, describe
from tests.tables import make

PLAIN = pa.array(["b", "a", None, "B", "a"])


@pytest.mark.parametrize(
    "values",
    [
        PLAIN,
        PLAIN.cast(pa.large_string()),
        PLAIN.dictionary_encode(),
        pa.chunked_array([PLAIN[:2], PLAIN[2:]]),
        pa.chunked_array([PLAIN[:2].dictionary_encode(), PLAIN[2:].dictionary_encode()]),
    ],
)
def test_text_is_coded_the_same_however_it_is_stored(values: pa.Array) -> None:
    codes = OpenTable(pa.table({"x": values})).codes("x")
    counts = codes.count_elements(codes.total_of_raw).tolist()
    assert (codes.folded.to_pylist(), counts) == (["a", "b"], [2, 2, 1])
    assert codes.rank_of_raw[codes.raw_of_row[[0, 1, 3]]].tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("value", "elements"),
    [("F1; F2", ["F1", "F2"]), ("F1;", ["F1"]), (" ; ", [""]), ("", [""]), ("F1", ["F1"])],
)
def test_joined_values_split_into_trimmed_elements(value: str, elements: list[str]) -> None:
    assert split(value, ";") == elements


def test_a_value_is_whole_where_nothing_separates() -> None:
    assert split(" a;b ", "") == [" a;b "]


def test_a_column_says_what_it_is() -> None:
    column = columns_of(make.SCHEMA)["t_min"]
    assert (column.label, column.type, column.unit, column.kind, column.visible) == (
        "Start Time",
        "float",
        "MJD",
        "range",
        True,
    )


def test_a_column_that_says_nothing_goes_by_its_name_and_type() -> None:
    column = describe(pa.field("x", pa.dictionary(pa.int32(), pa.string())))
    assert (column.label, column.type, column.kind, column.visible) == ("x", "string", "values", True)


def test_columns_that_differ_in_their_metadata_only_are_told_apart() -> None:
    units = [
        columns_of(pa.schema([pa.field("x", pa.int64(), metadata={"unit": unit})])) for unit in ("s", "m")
    ]
    assert [columns["x"].unit for columns in units] == ["s", "m"]


def test_the_key_is_the_schemas() -> None:
    assert OpenTable(make.table()).key == "obsid"
    assert OpenTable(pa.table({"x": [1]})).key == ""
