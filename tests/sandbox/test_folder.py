"""Reading folders of recorded tables."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mastportal.sandbox.folder import files_of, read
from tests.sandbox.holding_tables import write_csv

JWST = {
    "obs_collection": "JWST",
    "obs_id": "jw1",
    "s_ra": "10.5",
    "calib_level": "3",
    "mtFlag": "false",
    "extra": "x",
}
KEYWORD = {
    "instrume": "NIRISS", "productLevel": "2b", "filename": "jw1_nis_cal.fits",
    "dataURI": "mast:JWST/product/jw1_nis_rate.fits", "program": "1176", "expstart": "60000.5",
    "isRestricted": "False", "filter": "NI.F200W", "orig-filter": "GR150C", "fileSize": "5",
}  # fmt: skip


def test_which_files_and_in_which_order(tmp_path: Path) -> None:
    names = [
        "observations_b.csv", "observations_a.csv.gz", "caom_observations_x.csv", "products.csv",
        "caom_products.csv.gz", "jwst_keyword_core.csv.gz", "jwst_keyword_files.parquet",
        "jwst_keyword_columns.yaml", "README.md",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in files_of(tmp_path)] == [
        "caom_observations_x.csv", "observations_b.csv", "observations_a.csv.gz", "caom_products.csv.gz",
        "products.csv", "jwst_keyword_files.parquet", "jwst_keyword_core.csv.gz",
    ]  # fmt: skip


def test_values_have_types_and_blanks_are_null(tmp_path: Path) -> None:
    write_csv(tmp_path / "observations.csv", JWST, {**JWST, "obs_id": "jw2", "s_ra": None, "mtFlag": None})
    tables, _ = read(tmp_path)
    first, second = tables["observations"].to_pylist()
    assert (first["s_ra"], first["calib_level"], first["mtFlag"]) == (10.5, 3, False)
    assert (second["s_ra"], second["mtFlag"], second["target_name"]) == (None, None, None)
    assert "extra" not in first


def test_zipped_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    text = write_csv(tmp_path / "rows.csv", JWST).read_bytes()
    (tmp_path / "observations_a.csv.gz").write_bytes(gzip.compress(text))
    pq.write_table(
        pa.table({"obs_collection": ["JWST"], "obs_id": ["jw3"], "calib_level": [2]}),
        tmp_path / "observations_b.parquet",
    )
    tables, _ = read(tmp_path)
    assert sorted(row["obs_id"] for row in tables["observations"].to_pylist()) == ["jw1", "jw3"]


def test_verbatim_rows_go_before_derived_ones(tmp_path: Path) -> None:
    write_csv(tmp_path / "observations_all.csv", {**JWST, "s_ra": "2.0"})
    write_csv(tmp_path / "caom_observations.csv", {**JWST, "s_ra": "1.0"})
    tables, counts = read(tmp_path)
    assert tables["observations"]["s_ra"].to_pylist() == [1.0]
    assert counts["observations dropped as duplicates"] == 1


def test_product_rows_keep_their_duplicates(tmp_path: Path) -> None:
    write_csv(tmp_path / "observations.csv", JWST)
    row = {"obsID": "7", "parent_obsid": None, "dataURI": "mast:JWST/product/a_cal.fits", "size": "12"}
    write_csv(tmp_path / "products.csv", row, row)
    tables, _ = read(tmp_path)
    assert [(row["parent_obsid"], row["size"]) for row in tables["products"].to_pylist()] == [
        (7, 12),
        (7, 12),
    ]


@pytest.fixture
def keywords(tmp_path: Path) -> Path:
    write_csv(tmp_path / "observations.csv", JWST)
    pq.write_table(
        pa.table({name: [value] for name, value in KEYWORD.items()}), tmp_path / "jwst_keyword_a.parquet"
    )
    other = {**KEYWORD, "filename": "jw2_nis_cal.fits", "dataURI": "mast:JWST/product/jw2_nis_cal.fits"}
    write_csv(tmp_path / "jwst_keyword_b.csv", {**KEYWORD, "program": "9"}, other)
    return tmp_path


def test_keyword_rows_once_parquet_before_csv(keywords: Path) -> None:
    tables, counts = read(keywords)
    assert tables["niriss"]["filename"].to_pylist() == ["jw1_nis_cal.fits", "jw2_nis_cal.fits"]
    assert tables["niriss"]["program"].to_pylist() == [1176, 1176]
    assert counts["keyword names agreed"] == 1
    assert set(tables) == {"observations", "products", "niriss"}


def test_keyword_values_have_types_and_the_header_s_filter(keywords: Path) -> None:
    tables, _ = read(keywords)
    row = tables["niriss"].to_pylist()[0]
    assert (row["expstart"], row["isRestricted"], row["filter"], row["pupil"]) == (
        60000.5,
        False,
        "GR150C",
        None,
    )


def test_recorded_sizes_are_not_believed(keywords: Path) -> None:
    tables, _ = read(keywords)
    assert tables["niriss"]["fileSize"].null_count == 2
