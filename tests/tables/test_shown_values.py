"""Values as shown: never more than was there, never markup, whatever the number."""

import html
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.cells import Cell, cell, plain_number, sexagesimal, size_words, table_cells
from mastportal.tables.columns import describe

finite = st.floats(allow_nan=False, allow_infinity=False)
right_ascensions, declinations = st.floats(0, 360), st.floats(-90, 90)


def shown(value: object, type_: pa.DataType, name: str = "x", **metadata: str) -> Cell:
    return cell(value, describe(pa.field(name, type_, metadata=metadata)))


@given(finite)
def test_a_plain_number_reads_back_close(value: float) -> None:
    assert float(plain_number(value)) == pytest.approx(value, rel=1e-5, abs=5.1e-4)


@given(st.integers())
def test_a_whole_number_is_shown_whole(value: int) -> None:
    assert plain_number(value) == str(value)


@given(st.floats(0, 1e17))
def test_a_size_reads_back_to_three_figures(size: float) -> None:
    number, unit = size_words(size).split()
    power = ["B", "kB", "MB", "GB", "TB", "PB"].index(unit)
    assert float(number) * 1000**power == pytest.approx(size, rel=5.1e-3, abs=0.51)
    assert float(number) < 1000


@given(right_ascensions)
def test_hours_read_back(value_deg: float) -> None:
    hours, minutes, seconds = map(float, re.findall(r"[\d.]+", sexagesimal(value_deg, "s_ra")))
    assert hours < 24
    assert minutes < 60
    assert seconds < 60
    off_deg = (hours + minutes / 60 + seconds / 3600) * 15 - value_deg
    assert (off_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)


@given(declinations)
def test_degrees_read_back(value_deg: float) -> None:
    text = sexagesimal(value_deg, "s_dec")
    degrees, minutes, seconds = map(float, re.findall(r"[\d.]+", text))
    size_deg = degrees + minutes / 60 + seconds / 3600
    assert max(minutes, seconds) < 60
    assert (-size_deg if text[0] == "-" else size_deg) == pytest.approx(value_deg, abs=2e-6)


@pytest.mark.parametrize("name", ["s_ra", "RA_TARG", "ra", "targ_ra"])
def test_names_that_mean_a_right_ascension(name: str) -> None:
    assert "h" in sexagesimal(10.0, name)


@pytest.mark.parametrize("name", ["grating", "radius", "decker", "s_region", "orat"])
def test_names_that_only_contain_its_letters(name: str) -> None:
    assert sexagesimal(10.0, name) == ""


@given(st.text())
def test_a_cell_is_text_whatever_it_holds(text: str) -> None:
    row = table_cells([shown(text, pa.string())])
    inside = re.fullmatch(r"<td[^<>]*>([^<>]*)</td>", row, re.DOTALL)
    assert inside is not None
    assert html.unescape(inside[1]) == html.unescape(html.escape(text))


@given(st.text(min_size=34))
def test_a_titles_quotes_cannot_end_it(text: str) -> None:
    row = table_cells([shown(text, pa.string())])
    assert row.count('"') == 4
    assert row.startswith('<td class="clip" title="')


@pytest.mark.parametrize(("length", "style"), [(0, ""), (33, ""), (34, "clip"), (100_000, "clip")])
def test_long_texts_are_clipped_by_the_page_and_not_cut(length: int, style: str) -> None:
    found = shown("x" * length, pa.string())
    assert (len(found.text), found.style) == (length, style)


@pytest.mark.parametrize("unit", ["MJD", "mjd", "Mjd"])
def test_days_are_dates_however_their_unit_is_written(unit: str) -> None:
    assert shown(59_772.0, pa.float64(), unit=unit).text == "2022-07-12 00:00"


@pytest.mark.parametrize("value", [1e9, -1e9, 1e300])
def test_a_day_beyond_the_calendar_is_a_number(value: float) -> None:
    found = shown(value, pa.float64(), unit="MJD")
    assert found.text == f"{value:.6g}"
    assert found.title.startswith("MJD ")


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (False, pa.bool_(), "no"),
        (0, pa.int64(), "0"),
        (0.0, pa.float64(), "0"),
        ("", pa.string(), ""),
        ("0", pa.string(), "0"),
        (2**62, pa.int64(), str(2**62)),
    ],
)
def test_little_is_not_nothing(value: object, type_: pa.DataType, text: str) -> None:
    assert shown(value, type_).text == text
