"""Exports of odd tables, read back by the readers people use, against the table itself."""

import csv
import io
import json
import math
import warnings
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from astropy.io.votable import parse_single_table
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.tables.columns import BadQuery
from mastportal.tables.export import FORMATS, export

FORMULAE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "+", "@"]
NUMBERS = ["-12.5", "+3", "-1e-5", "-inf", "+nan"]
printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zs"]), min_size=1)
ascii_texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=9)
floats = st.none() | st.floats(allow_subnormal=False)
ints = st.none() | st.integers(-(2**63) + 1, 2**63 - 1)


def written(table: pa.Table, format: str) -> bytes:
    return b"".join(export(table, format).chunks)


def texts(values: list[str | None], **metadata: str) -> pa.Table:
    return pa.table({"a": pa.array(values, pa.string())}).cast(
        pa.schema([pa.field("a", pa.string(), metadata=metadata)])
    )


def from_csv(table: pa.Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written(table, "csv").decode(), newline="")))


def from_ecsv(table: pa.Table) -> Table:
    return Table.read(written(table, "ecsv").decode(), format="ascii.ecsv")


def from_votable(table: pa.Table) -> Table:
    return parse_single_table(io.BytesIO(written(table, "votable"))).to_table()


def from_fits(table: pa.Table) -> Table:
    with fits.open(io.BytesIO(written(table, "fits"))) as hdus:
        hdus.verify("exception")
        return Table.read(hdus[1])


def from_parquet(table: pa.Table) -> pa.Table:
    return pq.read_table(io.BytesIO(written(table, "parquet")))


READERS: list[Callable[[pa.Table], Table]] = [from_ecsv, from_votable, from_fits]


@pytest.mark.parametrize("text", FORMULAE)
def test_a_formula_is_a_text_in_csv(text: str) -> None:
    assert from_csv(texts([text]))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", [*NUMBERS, "a=1", "'x", "#x", "", "a-b", " x"])
def test_what_no_spreadsheet_runs_stays_as_it_is(text: str) -> None:
    assert from_csv(texts([text]))[1] == [text]


def test_numbers_are_never_taken_for_formulae() -> None:
    table = pa.table({"x": [-1.5, -1e300], "n": [-1, -(2**63)]})
    assert from_csv(table)[1:] == [["-1.5", "-1"], ["-1e+300", str(-(2**63))]]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8), max_size=6))
def test_csv_gives_every_text_back(values: list[str]) -> None:
    found = [row[0].removeprefix("'") for row in from_csv(texts(list(values)))[1:]]
    assert found == [value.removeprefix("'") for value in values]


@given(st.lists(st.none() | st.text(max_size=8), max_size=6), floats, ints)
def test_json_gives_every_value_back(values: list[str | None], real: float | None, whole: int | None) -> None:
    count = len(values)
    table = pa.table(
        {
            "a": pa.array(values, pa.string()),
            "x": pa.array([real] * count, pa.float64()),
            "n": pa.array([whole] * count, pa.int64()),
        }
    )
    known = real if real is not None and math.isfinite(real) else None
    found = json.loads(written(table, "json"))
    assert found == [{"a": value, "x": known, "n": whole} for value in values]


@given(st.lists(floats, max_size=8))
def test_parquet_keeps_nan_and_null_apart(values: list[float | None]) -> None:
    table = pa.table({"x": pa.array(values, pa.float64())})
    assert repr(from_parquet(table)["x"].to_pylist()) == repr(values)


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("read", READERS)
@given(values=st.lists(floats, min_size=1, max_size=6))
def test_floats_come_back_to_the_last_digit(
    read: Callable[[pa.Table], Table], values: list[float | None]
) -> None:
    back = read(pa.table({"x": pa.array(values, pa.float64())}))["x"]
    known = [value if value is not None and math.isfinite(value) else None for value in values]
    found = [None if item is None or math.isnan(item) else item for item in back.tolist()]
    assert found == known


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("read", READERS)
@given(values=st.lists(ints, min_size=1, max_size=6))
def test_whole_numbers_come_back_with_all_digits(
    read: Callable[[pa.Table], Table], values: list[int | None]
) -> None:
    back = read(pa.table({"n": pa.array(values, pa.int64())}))["n"]
    assert back.tolist() == values


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("read", READERS)
@given(values=st.lists(ascii_texts, min_size=1, max_size=6))
def test_plain_texts_come_back(read: Callable[[pa.Table], Table], values: list[str]) -> None:
    assert [str(item) for item in read(texts(list(values)))["a"]] == values


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("read", [from_ecsv, from_votable])
@given(values=st.lists(printable, min_size=1, max_size=4))
def test_unicode_comes_back_where_the_format_knows_it(
    read: Callable[[pa.Table], Table], values: list[str]
) -> None:
    found = [str(item) for item in read(texts(list(values)))["a"]]
    assert found == [value.replace("\ufffe", "�").replace("\uffff", "�") for value in values]


@pytest.mark.parametrize("text", ["#x", "# comment", "#", '"q"', "a,b", "N/A", "--", "nan", "1", "''"])
def test_a_text_that_looks_like_something_else_is_that_text_in_ecsv(text: str) -> None:
    table = pa.table({"a": [text, "y"], "b": [1, 2]})
    back = from_ecsv(table)
    assert [str(item) for item in back["a"]] == [text, "y"]
    assert back["b"].tolist() == [1, 2]


def test_line_breaks_are_blanks_in_ecsv() -> None:
    assert [str(item) for item in from_ecsv(texts(["a\r\nb\n#c"]))["a"]] == ["a  b #c"]


@pytest.mark.parametrize(
    "meaning", ["plain", "colon: 'and' \"quotes\"", "# x", "é 😀", "line\nbreak", "\x7f\x85", "{[&*!|>%@`"]
)
def test_any_description_leaves_the_file_readable(meaning: str) -> None:
    table = texts(["x"], description=meaning, label=meaning)
    for read in READERS:
        assert [str(item) for item in read(table)["a"]] == ["x"]


@pytest.mark.parametrize("label", ["'" * 80, "x" * 200, "it's " * 20, "a\tb\nc", "", "é" * 70])
def test_any_label_is_a_card_of_fits(label: str) -> None:
    with fits.open(io.BytesIO(written(texts(["x"], label=label), "fits"))) as hdus:
        hdus.verify("exception")
        assert len(hdus[1].header["TCOMM1"]) <= 68
        assert hdus[1].data["a"].tolist() == ["x"]


@pytest.mark.parametrize("length", [1, 1023, 1024, 1025, 5000])
def test_texts_of_any_length_come_back_from_fits(length: int) -> None:
    values = ["x" * length, "", None, "y"]
    with fits.open(io.BytesIO(written(texts(values), "fits"))) as hdus:
        found = ["".join(item) for item in hdus[1].data["a"]]
    assert found == ["x" * length, "", "", "y"]


def test_several_long_columns_share_the_heap() -> None:
    table = pa.table({name: [name * (1100 + n) for n in range(3)] for name in ("a", "b")} | {"n": [1, 2, 3]})
    with fits.open(io.BytesIO(written(table, "fits"))) as hdus:
        for name in ("a", "b"):
            assert ["".join(item) for item in hdus[1].data[name]] == table[name].to_pylist()
        assert hdus[1].data["n"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_a_fits_file_is_whole_blocks(rows: int) -> None:
    assert len(written(texts(["ab"] * rows), "fits")) % 2880 == 0


def test_signs_are_written_in_the_letters_fits_knows() -> None:
    assert [str(item) for item in from_fits(texts(["Ångström", "α Cen", "x\u2009y"]))["a"]] == [
        "Angstrom",
        "? Cen",
        "x y",
    ]


@pytest.mark.parametrize("text", ["]]>", "&amp;", "<TD>", "a&b<c>", '"', "<!--"])
def test_markup_is_text_in_votable(text: str) -> None:
    table = pa.table({"a": [text], "b": [None]}, schema=pa.schema({"a": pa.string(), "b": pa.string()}))
    assert from_votable(table)["a"][0] == text


@pytest.mark.parametrize("format", FORMATS)
def test_columns_of_codes_are_written_as_their_values(format: str) -> None:
    plain = pa.table({"a": ["x", None, "y"], "n": pa.array([1, None, 3], pa.int32())})
    coded = plain.set_column(0, "a", plain["a"].combine_chunks().dictionary_encode())
    if format == "parquet":
        assert from_parquet(coded)["a"].cast(pa.string()).equals(plain["a"])
    else:
        assert written(coded, format) == written(plain, format)


@pytest.mark.parametrize("format", ["csv", "ecsv", "votable", "fits", "json"])
def test_nan_and_the_infinities_are_written_as_nulls(format: str) -> None:
    odd = pa.table({"x": [1.5, math.nan, math.inf, -math.inf]})
    nulls = pa.table({"x": [1.5, None, None, None]})
    assert written(odd, format) == written(nulls, format)


@pytest.mark.parametrize("format", ["", "CSV", "xlsx", "csv ", "x" * 100_000])
def test_other_formats_are_refused_shortly(format: str) -> None:
    with pytest.raises(BadQuery) as caught:
        export(texts([]), format)
    assert len(caught.value.message) < 200


def test_nulls_of_flags_stay_nulls() -> None:
    table = pa.table({"b": [True, None, False]})
    assert [row[0] for row in from_csv(table)[1:]] == ["true", "", "false"]
    assert from_ecsv(table)["b"].tolist() == [True, None, False]
    assert [row["b"] for row in json.loads(written(table, "json"))] == [True, None, False]
    with warnings.catch_warnings(action="ignore"):
        assert from_fits(table)["b"].tolist()[::2] == [True, False]
