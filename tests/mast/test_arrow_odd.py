"""Pages that hold what their columns were never meant to: the declared type or null, never a crash."""

import json
import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.arrow import page_table
from mastportal.mast.fields import OBSERVATION_FIELDS, PRODUCT_FIELDS, arrow_schema, fields_of

TABLES = {
    "observations": OBSERVATION_FIELDS,
    "products": PRODUCT_FIELDS,
    "nirspec": fields_of("jwst-keywords", "nirspec"),
    "guidestar": fields_of("jwst-keywords", "guidestar"),
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("/Date(99)/"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def column(name, *values):
    return page_table({"data": [{name: value} for value in values]}, OBSERVATION_FIELDS)[name].to_pylist()


@pytest.mark.parametrize("table", TABLES)
@given(data=st.data())
def test_any_values_become_the_declared_types(table, data):
    fields = TABLES[table]
    names = st.sampled_from([field.name for field in fields])
    rows = data.draw(st.lists(st.dictionaries(names, anything, max_size=6), max_size=4))
    made = page_table({"data": rows}, fields)
    assert made.schema.equals(arrow_schema(fields))
    assert made.num_rows == len(rows)
    made.validate(full=True)


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=6))
def test_whole_numbers_come_through_unchanged(values):
    assert column("calib_level", *values) == values


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=6))
def test_numbers_come_through_unchanged(values):
    assert column("t_exptime", *values) == values


@given(
    st.lists(st.text(min_size=1, max_size=8).filter(lambda text: not text.startswith("/Date(")), max_size=6)
)
def test_texts_come_through_unchanged_but_for_nuls(values):
    """A database's text and an XML file cannot hold a NUL, and nobody means one."""
    assert column("target_name", *values) == [value.replace("\0", "") for value in values]


@pytest.mark.parametrize(
    "value", [10**400, -(10**400), "1e999", float("inf"), float("-inf"), [], {}, "", "--"]
)
def test_what_is_no_finite_number_is_null(value):
    assert column("t_min", 1.5, value) == [1.5, None]
    assert column("calib_level", 3, value) == [3, None]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1e19, "9223372036854775808000"])
def test_whole_numbers_beyond_64_bits_are_null(value):
    assert column("calib_level", 3, value) == [3, None]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, ""])
def test_a_text_that_says_nothing_is_null(value):
    assert column("target_name", "M 57", value) == ["M 57", None]


def test_half_a_surrogate_pair_does_not_break_the_page():
    page = json.loads('{"data": [{"obs_title": "a\\ud800b"}, {"obs_title": "plain"}]}')
    first, second = page_table(page, OBSERVATION_FIELDS)["obs_title"].to_pylist()
    assert first[0] + first[-1] == "ab"
    assert second == "plain"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/Date(0)/", "1970-01-01T00:00:00.000"),
        ("/Date(-1)/", "1969-12-31T23:59:59.999"),
        ("/Date(99999999999999999)/", None),
        ("/Date(-99999999999999999999999)/", None),
    ],
)
def test_dates_of_any_year(sent, kept):
    table = page_table({"data": [{"date_obs": sent}]}, fields_of("jwst-keywords", "miri"))
    assert table["date_obs"].to_pylist() == [kept]


@pytest.mark.parametrize("number", [83209967, 2**53 + 1, 2**62])
def test_ids_keep_every_digit(number):
    assert column("obsid", number, str(number)) == [str(number)] * 2


def test_mixed_columns_take_what_can_be_read():
    assert column("s_ra", "10.5", 11, None, True, "north", {"deg": 1}) == [10.5, 11.0, None, 1.0, None, None]


def test_the_stand_in_for_no_sequence_is_null_in_that_column_only():
    rows = [{"sequence_number": -999, "calib_level": -999, "t_exptime": -999}]
    made = page_table({"data": rows}, OBSERVATION_FIELDS).to_pylist()[0]
    assert (made["sequence_number"], made["calib_level"], made["t_exptime"]) == (None, -999, -999.0)


def test_a_value_of_one_row_does_not_leak_into_another():
    rows = [{"obs_id": "a"}, {}, {"obs_id": "b", "t_min": 1.0}]
    made = page_table({"data": rows}, OBSERVATION_FIELDS)
    assert made["obs_id"].to_pylist() == ["a", None, "b"]
    assert made["t_min"].to_pylist() == [None, None, 1.0]


@pytest.mark.parametrize("table", TABLES)
def test_every_field_survives_as_parquet_types_do(table):
    kinds = {str(field.type) for field in arrow_schema(TABLES[table])}
    assert kinds <= {"string", "double", "int64", "bool"}


def test_negative_zero_and_tiny_numbers_are_numbers():
    kept = column("s_dec", -0.0, 5e-324)
    assert math.copysign(1, kept[0]) == -1
    assert kept[1] == 5e-324


def test_an_empty_page_has_the_metadata_too():
    made = page_table({"data": []}, OBSERVATION_FIELDS)
    assert made.schema.field("t_min").metadata[b"unit"] == b"MJD"
    assert isinstance(made, pa.Table)
