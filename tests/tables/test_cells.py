"""Values as a person reads them."""

import pyarrow as pa
import pytest

from mastportal.tables.cells import EMPTY, Cell, cell, iso, plain_number, sexagesimal, size_words, table_cells
from mastportal.tables.columns import describe


def shown(value: object, type_: pa.DataType, name: str = "x", **metadata: str) -> Cell:
    return cell(value, describe(pa.field(name, type_, metadata=metadata)))


def test_no_value_is_shown_as_missing_and_an_empty_text_is_not() -> None:
    assert shown(None, pa.string()) == EMPTY
    assert shown(None, pa.float64()) == Cell("–", "no value", "num no-value")
    assert shown("", pa.string()) == Cell("")


def test_a_date_is_iso_with_its_mjd_beside() -> None:
    assert shown(59772.25, pa.float64(), unit="MJD") == Cell("2022-07-12 06:00", "MJD 59772.250000", "num")


def test_a_size_is_in_powers_of_ten_with_its_bytes_beside() -> None:
    assert shown(48_200_000_001, pa.int64(), unit="bytes") == Cell("48.2 GB", "48,200,000,001 bytes", "num")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_499, "999 kB"), (999_500, "1 MB"), (5.44e9, "5.44 GB")],
)
def test_sizes_have_three_figures(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("name", "value_deg", "text"),
    [
        ("s_ra", 283.396163, "18h53m35.079s"),
        ("s_ra", 359.9999999, "00h00m00.000s"),
        ("s_dec", 33.029134, "+33d01m44.88s"),
        ("targ_dec", -0.5, "-00d30m00.00s"),
        ("position_angle", 12.0, ""),
    ],
)
def test_coordinates_have_their_sexagesimal_beside(name: str, value_deg: float, text: str) -> None:
    assert sexagesimal(value_deg, name) == text


def test_degrees_are_shown_to_the_milliarcsecond() -> None:
    assert shown(283.39616312, pa.float64(), "s_ra", unit="deg").text == "283.396163"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (1234.5678, "1234.568"),
        (1e-5, "1e-05"),
        (2.5e9, "2.5e+09"),
        (0.0, "0"),
        (-2, "-2"),
    ],
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_a_long_text_is_clipped_and_whole_beside() -> None:
    assert shown("a" * 60, pa.string()) == Cell("a" * 60, "a" * 60, "clip")
    assert shown("short", pa.string()) == Cell("short")


def test_a_rows_cells_are_escaped_html() -> None:
    html = table_cells([Cell("<b>", 'a "title"', "clip"), Cell("3", style="num"), EMPTY])
    clipped = '<td class="clip" title="a &quot;title&quot;">&lt;b&gt;</td>'
    assert html == clipped + '<td class="num">3</td><td class="no-value" title="no value">–</td>'
    assert html.__html__() is html


def test_a_flag_is_a_word() -> None:
    assert shown(True, pa.bool_()).text == "yes"


def test_a_date_no_calendar_knows_stays_a_number() -> None:
    assert iso(1e12) == "1e+12"
