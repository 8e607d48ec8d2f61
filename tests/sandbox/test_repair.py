"""The rules by which recorded rows are repaired."""

import pyarrow as pa
import pytest

from mastportal.sandbox import repair
from mastportal.sandbox.folder import PRODUCT_SCHEMA
from mastportal.sandbox.keyword_rows import schema_of
from mastportal.sandbox.observation import SCHEMA
from mastportal.sandbox.repair import Counts, agreed_name

PLAN = {
    "obs_collection": "HST",
    "proposal_id": "18060",
    "instrument_name": "STIS/FUV-",
    "target_name": "WD",
    "s_ra": 1.0,
}


def observations(*rows: dict[str, object]) -> tuple[list[dict[str, object]], Counts]:
    counts = Counts()
    full = [{name: row.get(name) for name in SCHEMA.names} for row in rows]
    return repair.observations(pa.Table.from_pylist(full, schema=SCHEMA), counts).to_pylist(), counts


@pytest.mark.parametrize(
    ("level", "filename", "uri", "agreed"),
    [
        ("2b", "jw01_nis_cal.fits", "mast:JWST/product/jw01_nis_rate.fits", "jw01_nis_cal.fits"),
        ("2b", "jw01_nrs1_rate.fit", "mast:JWST/product/jw01_nrs1_cal.fits", "jw01_nrs1_cal.fits"),
        ("2a", "jw01_nis_rateints.fits", "mast:JWST/product/jw01_nis_rate.fits", "jw01_nis_rateints.fits"),
        ("1b", "jw01_nrcb1_uncal.fits", "mast:JWST/product/jw01_nrcb1_rate.fits", "jw01_nrcb1_uncal.fits"),
        ("3", "jw01-o001_t001_miri_ch1-long_s3d.fits", "", "jw01-o001_t001_miri_ch1-long_s3d.fits"),
    ],
)  # fmt: skip
def test_one_name_by_product_level(level: str, filename: str, uri: str, agreed: str) -> None:
    assert agreed_name(level, filename, uri) == agreed


def test_blank_numbers_are_given_and_stay() -> None:
    row = {"obs_collection": "HST", "obs_id": "LECY21010"}
    first, counts = observations(row, {**row, "obs_id": "LECY05010"})
    again, _ = observations({**row, "obs_id": "LECY05010"}, row)
    assert counts["obsid given"] == 2
    assert {entry["obs_id"]: entry["obsid"] for entry in first} == {
        entry["obs_id"]: entry["obsid"] for entry in again
    }


def test_recorded_numbers_are_kept() -> None:
    rows, counts = observations({"obs_collection": "JWST", "obs_id": "jw1", "obsid": 139257240})
    assert (rows[0]["obsid"], counts["obsid given"]) == (139257240, 0)


def test_blank_names_are_given_apart() -> None:
    rows, counts = observations(PLAN, PLAN, {**PLAN, "s_ra": 2.0})
    assert counts["obs_id given"] == 3
    assert len({row["obs_id"] for row in rows}) == 3
    assert all(str(row["obs_id"]).startswith("hst_18060_xx_stis_") for row in rows)


def test_the_first_of_duplicates_stays() -> None:
    rows, counts = observations(
        {"obs_collection": "JWST", "obs_id": "jw1", "target_name": "verbatim"},
        {"obs_collection": "JWST", "obs_id": "jw1", "target_name": "derived"},
        {"obs_collection": "HLA", "obs_id": "jw1"},
    )
    assert [row["target_name"] for row in rows] == ["verbatim", None]
    assert counts["observations dropped as duplicates"] == 1


def test_keyword_rows_agree_and_stay_once() -> None:
    schema, counts = schema_of("niriss"), Counts()
    told = {
        "productLevel": "2b",
        "filename": "jw1_nis_cal.fits",
        "dataURI": "mast:JWST/product/jw1_nis_rate.fits",
    }
    rows = [
        {name: row.get(name) for name in schema.names}
        for row in (told, {**told, "filename": "jw1_nis_rate.fit"})
    ]
    [row] = repair.keywords(pa.Table.from_pylist(rows, schema=schema), counts).to_pylist()
    assert (row["filename"], row["dataURI"]) == ("jw1_nis_cal.fits", "mast:JWST/product/jw1_nis_cal.fits")
    assert counts == {"keyword names agreed": 2, "keyword rows dropped as duplicates": 1}


def test_products_without_a_parent_are_their_own() -> None:
    counts = Counts()
    rows = [{name: {"obsID": 7}.get(name) for name in PRODUCT_SCHEMA.names}] * 2
    repaired = repair.products(pa.Table.from_pylist(rows, schema=PRODUCT_SCHEMA), counts).to_pylist()
    assert [row["parent_obsid"] for row in repaired] == [7, 7]
    assert counts["product parents given"] == 2
