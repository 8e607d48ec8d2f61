"""The holdings as the server asks for them, built-in ones."""

import json
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from mastportal.sandbox.holdings import DEFAULT_TODAY, Holdings, load
from mastportal.sandbox.observation import mjd_of

PRODUCT_COLUMNS = [
    "obsID", "obs_collection", "dataproduct_type", "obs_id", "description", "type", "dataURI", "productType",
    "productGroupDescription", "productSubGroupDescription", "productDocumentationURL", "project",
    "prvversion", "proposal_id", "productFilename", "size", "parent_obsid", "dataRights",
    "calib_level", "filters",
]  # fmt: skip


@pytest.fixture
def holdings() -> Holdings:
    """Holdings that a test may change."""
    return load(None, today=None, scale=500, file_bytes=20_000)


def obsid_of(holdings: Holdings, **wanted: object) -> int:
    return next(
        row["obsid"]
        for row in holdings.observations.to_pylist()
        if all(row[name] == value for name, value in wanted.items())
    )


def test_defaults(holdings: Holdings) -> None:
    assert holdings.today == DEFAULT_TODAY == date(2026, 8, 22)
    assert load(None, today=None, scale=None, file_bytes=None).observations.num_rows == 3000


def test_the_same_again(holdings: Holdings) -> None:
    again = load(None, today=None, scale=500, file_bytes=20_000)
    assert again.observations.equals(holdings.observations)
    obsid = obsid_of(holdings, proposal_id="2733")
    assert again.product_rows(obsid) == holdings.product_rows(obsid)


def test_product_columns_in_mast_s_order(holdings: Holdings) -> None:
    rows = holdings.product_rows(obsid_of(holdings, proposal_id="2733"))
    assert {tuple(row) for row in rows} == {tuple(PRODUCT_COLUMNS)}


@pytest.mark.parametrize(
    "mode", ["NIRCAM/IMAGE", "NIRSPEC/MSA", "MIRI/IFU", "NIRISS/SOSS", "NIRCAM/CORON", "ACS/WFC"]
)
def test_sizes_are_true_for_every_listed_file(holdings: Holdings, mode: str) -> None:
    for row in holdings.product_rows(obsid_of(holdings, instrument_name=mode, calib_level=3))[::5]:
        product = holdings.product(str(row["dataURI"]))
        assert product is not None
        assert row["size"] == product.size_bytes == len(product.read(0, 10**9))


def test_the_main_file_of_every_observation_is_listed(holdings: Holdings) -> None:
    for row in holdings.observations.to_pylist()[::3]:
        uris = {line["dataURI"] for line in holdings.product_rows(row["obsid"])}
        assert row["dataURL"] is None or row["dataURL"] in uris
        assert row["jpegURL"] is None or row["jpegURL"] in uris
        assert bool(uris) == (row["calib_level"] != -1)


def test_a_file_has_the_same_size_under_every_parent(holdings: Holdings) -> None:
    sizes: dict[object, set[object]] = {}
    for row in holdings.observations.to_pylist():
        if row["proposal_id"] in ("2736", "1345"):
            for line in holdings.product_rows(row["obsid"]):
                sizes.setdefault(line["dataURI"], set()).add(line["size"])
    assert len(sizes) > 500
    assert {len(found) for found in sizes.values()} == {1}


def test_a_combined_observation_lists_exposures_of_other_numbers(holdings: Holdings) -> None:
    obsid = obsid_of(holdings, proposal_id="2733", calib_level=3)
    rows = holdings.product_rows(obsid)
    assert {row["parent_obsid"] for row in rows} == {obsid}
    assert sum(row["obsID"] != obsid for row in rows) > len(rows) / 2


@pytest.mark.parametrize(
    "uri",
    [
        "mast:JWST/product/jw99999001001_02101_00001_nrca1_cal.fits",
        "mast:HST/product/no_such_file.fits",
        "mast:HST/product/jw02733-o001_t002_nircam_clear-f090w_i2d.fits",
        "",
        "nonsense",
    ],
)
def test_unknown_files(holdings: Holdings, uri: str) -> None:
    assert holdings.product(uri) is None
    assert holdings.replace(uri) is False


def test_unknown_observations_have_no_products(holdings: Holdings) -> None:
    assert holdings.product_rows(1) == []


def test_rights_follow_the_day(holdings: Holdings) -> None:
    late = pc.sum(pc.equal(holdings.observations["dataRights"], "EXCLUSIVE_ACCESS")).as_py()
    holdings.today = date(2030, 1, 1)
    assert late > 20
    assert pc.sum(pc.equal(holdings.observations["dataRights"], "EXCLUSIVE_ACCESS")).as_py() == 0
    assert holdings.exclusive_programs == []


def test_exclusive_programmes_are_sorted_as_numbers(holdings: Holdings) -> None:
    numbers = [int(program) for program in holdings.exclusive_programs]
    assert numbers == sorted(numbers)
    assert {5645, 7404, 7929, 8441} <= set(numbers)


def test_products_share_their_observation_s_rights(holdings: Holdings) -> None:
    rows = holdings.product_rows(obsid_of(holdings, proposal_id="7404", calib_level=3))
    product = holdings.product(str(rows[0]["dataURI"]))
    assert {row["dataRights"] for row in rows} == {"EXCLUSIVE_ACCESS"}
    assert product is not None
    assert (product.program, product.is_exclusive(holdings.today)) == ("7404", True)
    assert product.is_exclusive(date(2028, 1, 1)) is False


def test_reprocessing_changes_bytes_size_and_date(holdings: Holdings) -> None:
    row = holdings.product_rows(obsid_of(holdings, proposal_id="2733"))[0]
    uri = str(row["dataURI"])
    before = holdings.product(uri)
    assert holdings.replace(uri)
    after = holdings.product(uri)
    assert before is not None
    assert after is not None
    assert after.size_bytes > before.size_bytes
    assert after.etag != before.etag
    assert after.last_modified > before.last_modified
    assert holdings.product_rows(int(str(row["parent_obsid"])))[0]["size"] == after.size_bytes


def test_reprocessing_shows_in_the_keyword_row(holdings: Holdings) -> None:
    before = holdings.keyword_page("miri", [0]).to_pylist()[0]
    holdings.replace(before["dataURI"])
    after = holdings.keyword_page("miri", [0]).to_pylist()[0]
    assert after["fileSize"] > before["fileSize"]
    assert after["checksum"] != before["checksum"]


def test_the_last_modification_is_in_the_past(holdings: Holdings) -> None:
    for row in holdings.product_rows(obsid_of(holdings, proposal_id="7404", calib_level=3))[::9]:
        product = holdings.product(str(row["dataURI"]))
        assert product is not None
        assert mjd_of(product.last_modified) < mjd_of(holdings.today)


def test_an_association_s_members_are_listed_beside_it(holdings: Holdings) -> None:
    rows = holdings.product_rows(obsid_of(holdings, proposal_id="2733", calib_level=3))
    [uri] = [
        str(row["dataURI"])
        for row in rows
        if row["type"] == "D" and row["productSubGroupDescription"] == "ASN"
    ]
    product = holdings.product(uri)
    assert product is not None
    members = json.loads(product.read(0, product.size_bytes))["products"][0]["members"]
    assert {member["expname"] for member in members} <= {row["productFilename"] for row in rows}


def test_names_of_targets(holdings: Holdings) -> None:
    assert holdings.names["vv191"].ra_deg == 207.0926
    assert "jupiter" not in holdings.names


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no observations"):
        load(tmp_path, today=None, scale=None, file_bytes=None)


def test_very_large_files_have_no_checksum() -> None:
    holdings = load(None, today=None, scale=100, file_bytes=50_000_000)
    row = holdings.keyword_page("nircam", [0]).to_pylist()[0]
    assert row["checksum"] is None
    assert row["fileSize"] > 20_000_000
