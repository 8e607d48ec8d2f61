"""Raw pages become Arrow tables: declared types, true nulls, nothing invented."""

import json

import pyarrow as pa
import pytest

from mastportal.mast.arrow import empty_table, page_table
from mastportal.mast.errors import Unavailable
from mastportal.mast.fields import OBSERVATION_FIELDS, PRODUCT_FIELDS, arrow_schema, fields_of

MIRI = fields_of("jwst-keywords", "miri")


def column(name, values, fields=OBSERVATION_FIELDS):
    table = page_table({"data": [{name: value} for value in values]}, fields)
    return table[name].to_pylist()


def test_ids_sent_as_numbers_are_strings():
    assert column("obsid", [83209967, "83209968", None]) == ["83209967", "83209968", None]


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        (
            "t_min",
            [59706.5, 59707, None, "NaN", float("nan"), "x", "1.5"],
            [59706.5, 59707.0, None, None, None, None, 1.5],
        ),
        ("calib_level", [3, 2.0, "1", None, "", "high", 1e300], [3, 2, 1, None, None, None, None]),
        ("sequence_number", [-999, 5, None], [None, 5, None]),
        ("mtFlag", [True, False, "true", "False", None, "?"], [True, False, True, False, None, None]),
        ("target_name", ["NGC6552", "", None, 5, 1.5], ["NGC6552", None, None, "5", "1.5"]),
    ],
)
def test_types_are_the_declared_ones_and_nulls_are_true(name, sent, kept):
    assert column(name, sent) == kept


def test_flags_are_texts():
    assert column("tsovisit", ["f", True, False, None], MIRI) == ["f", "t", "f", None]


def test_dates_in_milliseconds_become_iso():
    sent = [None, "/Date(1445870000000)/", "2022-05-07T12:04:20"]
    assert column("date_obs", sent, MIRI) == [None, "2015-10-26T14:33:20.000", "2022-05-07T12:04:20"]


def test_a_missing_uri_is_made_of_the_file_name():
    page = {"data": [{"filename": "a_x1d.fits"}, {"filename": "b", "dataURI": "mast:JWST/product/c"}, {}]}
    assert page_table(page, MIRI)["dataURI"].to_pylist() == [
        "mast:JWST/product/a_x1d.fits",
        "mast:JWST/product/c",
        None,
    ]


def test_the_schema_is_the_declared_one_whatever_comes():
    table = page_table(
        {"data": [{"obsid": 1, "_selected_": None, "surprise": "x"}], "fields": []}, OBSERVATION_FIELDS
    )
    assert table.schema.equals(arrow_schema(OBSERVATION_FIELDS), check_metadata=True)


def test_no_rows_are_a_table_with_columns():
    assert page_table({"data": []}, PRODUCT_FIELDS).equals(empty_table(PRODUCT_FIELDS))


@pytest.mark.parametrize("page", [{}, {"data": None}, {"data": "rows"}, {"data": [[1, 2]]}, {"data": [None]}])
def test_what_is_no_table_is_unavailable(page):
    with pytest.raises(Unavailable):
        page_table(page, OBSERVATION_FIELDS)


@pytest.mark.parametrize(
    ("name", "fields", "rows"),
    [("advSearch.json", OBSERVATION_FIELDS, 3), ("products.json", PRODUCT_FIELDS, None)],
)
def test_recorded_answers_are_read(shared, name, fields, rows):
    page = json.loads((shared / "mast/recorded" / name).read_text())
    table = page_table(page, fields)
    assert table.num_rows == (rows or len(page["data"]))
    kept = {field["name"] for field in page["fields"]} & set(table.column_names)
    for key in kept - {"mtFlag"}:
        expected = [row.get(key) if row.get(key) != "" else None for row in page["data"]]
        assert [None if v is None else str(v) for v in table[key].to_pylist()] == [
            None if v is None else str(v) for v in map(_as_declared(table.schema.field(key).type), expected)
        ], key


def _as_declared(declared):
    if declared == pa.float64():
        return lambda value: None if value is None else float(value)
    return lambda value: value
