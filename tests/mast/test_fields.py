"""The field tables agree with the recorded ones and with themselves."""

import csv

import pyarrow as pa
import pytest

from mastportal.mast.fields import (
    FIELDS_WITH_DISTANCE,
    INSTRUMENTS,
    OBSERVATION_FIELDS,
    PRODUCT_FIELDS,
    arrow_schema,
    fields_by_name,
    fields_of,
)

KEYWORD_TABLES = [fields_of("jwst-keywords", instrument) for instrument in INSTRUMENTS]
TABLES = [OBSERVATION_FIELDS, PRODUCT_FIELDS, FIELDS_WITH_DISTANCE, *KEYWORD_TABLES]


def recorded(shared, name):
    with (shared / "mast/fields" / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("table", TABLES)
def test_every_field_is_whole(table):
    assert len({field.name for field in table}) == len(table)
    for field in table:
        assert field.label, field.name
        assert field.group, field.name
        assert field.kind in ("values", "range", "text", "none")
        assert field.kind != "range" or field.type in ("float", "int")


def test_the_portals_29_filters_can_be_asked_for():
    assert sum(field.kind != "none" for field in OBSERVATION_FIELDS) == 29


def test_observation_columns_are_the_recorded_ones(shared):
    rows = recorded(shared, "caom_observation_fields.csv")
    theirs = {row["name"]: row for row in rows if row["position_in_filtered_result"]}
    ours = {field.name: field for field in OBSERVATION_FIELDS}
    assert set(ours) == set(theirs)
    kinds = {"Enum": "values", "Text": "text", "Range": "range", "": "none"}
    for name, row in theirs.items():
        assert ours[name].kind == kinds[row["portal_filter_type"]], name
        assert ours[name].separator == row["multi_value_separator"], name


def test_product_columns_are_the_recorded_ones(shared):
    theirs = {row["name"] for row in recorded(shared, "caom_product_fields.csv")}
    assert {field.name for field in PRODUCT_FIELDS} == theirs - {"_selected_", "exp_type", "template"}


@pytest.mark.parametrize("instrument", [each for each in INSTRUMENTS if each != "wss"])
def test_keyword_columns_are_the_recorded_ones(shared, instrument):
    theirs = {
        row["name"] for row in recorded(shared, "jwst_instrument_keywords.csv") if row[instrument] == "y"
    }
    ours = {field.name for field in fields_of("jwst-keywords", instrument)}
    assert ours - theirs <= {"dataURI"}
    assert theirs <= ours


@pytest.mark.parametrize("instrument", ["nircam", "niriss", "nirspec", "miri", "fgs"])
def test_what_the_primer_names_can_be_asked_for(instrument):
    fields = fields_by_name("jwst-keywords", instrument)
    assert fields["tsovisit"].choices == ("t", "f")
    assert fields["observtn"].type == "int"
    assert all(fields[name].kind == "values" for name in ("tsovisit", "exp_type", "category"))


def test_dates_are_asked_for_by_their_mjd_twin_only():
    fields = fields_by_name("jwst-keywords", "miri")
    assert (fields["date_obs"].kind, fields["date_obs_mjd"].kind) == ("none", "range")


@pytest.mark.parametrize(("table", "key"), [(OBSERVATION_FIELDS, b"obsid"), (PRODUCT_FIELDS, b"dataURI")])
def test_the_schema_names_the_row_key(table, key):
    schema = arrow_schema(table)
    assert schema.metadata[b"key"] == key
    assert schema.field(key.decode()).type == pa.string()


@pytest.mark.parametrize("table", KEYWORD_TABLES)
def test_keyword_tables_are_keyed_by_data_uri(table):
    assert arrow_schema(table).metadata[b"key"] == b"dataURI"
    assert "dataURI" in arrow_schema(table).names


def test_the_schema_carries_what_tables_read():
    notes = arrow_schema(OBSERVATION_FIELDS).field("filters").metadata
    assert notes[b"separator"] == b";"
    assert notes[b"kind"] == b"values"
    assert notes[b"visible"] == b"1"
    assert notes[b"label"] == b"Filters"
    assert b"heading" not in notes


def test_a_wide_label_has_a_shorter_heading():
    assert arrow_schema(OBSERVATION_FIELDS).field("calib_level").metadata[b"heading"] == b"Level"


def test_ids_are_strings_everywhere():
    for table, names in (
        (OBSERVATION_FIELDS, ["obsid", "objID"]),
        (PRODUCT_FIELDS, ["obsID", "parent_obsid"]),
    ):
        assert {arrow_schema(table).field(name).type for name in names} == {pa.string()}


def test_an_unknown_instrument_has_no_fields():
    with pytest.raises(KeyError):
        fields_of("jwst-keywords", "wfc3")
