"""How wanted products become numbered files: paths, names that clash or lie, links, programmes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.contents import Contents, products_table
from basket.freezing import files_of, path_of
from basket.models import Bundle, BundleFile
from basket.selection import Wanted
from mastportal.tables.codes import OpenTable
from tests.basket.tables import TODAY_MJD, harvested_table, product

CAL = "jw01176001001_02101_00001_nrca1_cal.fits"


def frozen(rows: list[dict[str, Any]], layout: str = "nested", **line: Any) -> list[BundleFile]:
    """All of these products, frozen; the observation they belong to has `line`."""
    contents = Contents(tuple({"obsid": row["parent_obsid"]} | line for row in rows))
    table = OpenTable(products_table(contents, harvested_table(rows), TODAY_MJD))
    return files_of(Bundle(folder="MAST_x", layout=layout), Wanted.all_of(table), contents)


def only(rows: list[dict[str, Any]], layout: str = "nested", **line: Any) -> BundleFile:
    (file,) = frozen(rows, layout, **line)
    return file


def test_a_file_lies_under_its_mission_and_its_own_observation() -> None:
    file = only([product(CAL, obs_id="jw01176-o001_t001_nircam", size=77, description="FGS exposure")])
    assert file.path == f"JWST/jw01176-o001_t001_nircam/{CAL}"
    assert (file.n, file.expected_bytes, file.description) == (0, 77, "FGS exposure")
    assert (file.status, file.phase) == ("", "PENDING")


def test_flat_there_are_no_folders() -> None:
    assert only([product(CAL)], "flat").path == CAL


def test_ids_of_many_programmes_joined_are_cut_to_what_a_row_holds() -> None:
    """As TESS has them; a row that cannot be saved would keep the whole bundle from coming."""
    file = only([product(CAL, proposal_id="_".join(["G011025"] * 20))], proposal_pi="Doe; " * 90)
    for name in ("programme", "principal_investigator"):
        BundleFile._meta.get_field(name).run_validators(getattr(file, name))
    assert file.programme.startswith("G011025_G011025")
    assert file.principal_investigator.startswith("Doe; Doe")


def test_files_are_numbered_in_the_order_of_their_paths() -> None:
    rows = [product(f"{letter}_cal.fits", obs_id=f"jw_{letter}") for letter in "cab"]
    files = frozen(rows)
    assert [file.n for file in files] == [0, 1, 2]
    assert [file.path for file in files] == sorted(file.path for file in files)


def test_one_name_from_two_observations_is_kept_apart_when_flat() -> None:
    rows = [product("same.fits", obs_id=f"jw_{n}", dataURI=f"mast:JWST/product/{n}/same.fits") for n in "ab"]
    flat = frozen(rows, "flat")
    assert [file.path for file in flat] == ["same.fits", "same-2.fits"]
    assert [file.product_name for file in flat] == ["same.fits", "same.fits"]
    assert [file.path for file in frozen(rows)] == ["JWST/jw_a/same.fits", "JWST/jw_b/same.fits"]


def test_names_alike_but_for_case_unpack_on_every_system() -> None:
    rows = [product(name, obs_id="jw") for name in ("A_cal.fits", "a_cal.fits")]
    assert len({file.path.casefold() for file in frozen(rows)}) == 2


@pytest.mark.parametrize("layout", ["nested", "flat"])
@pytest.mark.parametrize("name", ["MANIFEST.HTML", "manifest.html", "Manifest.json", "SHA256SUMS"])
def test_no_file_takes_the_manifests_place(name: str, layout: str) -> None:
    """What the manifest calls a file is what the archive calls it."""
    file = only([product(name, obs_id="jw")], layout)
    assert file.path.casefold() not in {"manifest.html", "manifest.json", "sha256sums"}
    assert file.product_name == name


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"obs_id": None}, f"JWST/unnamed/{CAL}"),
        ({"obs_collection": None, "obs_id": ""}, f"unnamed/unnamed/{CAL}"),
        ({"obs_id": "../../.."}, f"JWST/.._.._../{CAL}"),
        ({"obs_id": "a/b"}, f"JWST/a_b/{CAL}"),
        ({"obs_id": "/etc"}, f"JWST/_etc/{CAL}"),
        ({"obs_collection": "C:\\x"}, None),
    ],
)
def test_odd_ids_still_give_three_levels(fields: dict[str, Any], path: str | None) -> None:
    found = only([product(CAL) | fields]).path
    assert found.count("/") == 2
    assert not {"", ".", ".."} & set(found.split("/"))
    if path and ".." not in path:
        assert found == path


def test_without_a_file_name_the_uris_end_is_taken() -> None:
    row = product(CAL, dataURI="mast:JWST/product/other_cal.fits", obs_id="jw") | {"productFilename": None}
    assert only([row]).path == "JWST/jw/other_cal.fits"


@pytest.mark.parametrize("name", ["été_cal.fits", "星_cal.fits", "VV 191 – b.fits", "💫.fits"])
def test_names_beyond_ascii_stay_readable(name: str) -> None:
    assert only([product(name, obs_id="jw")]).path == f"JWST/jw/{name}"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), min_size=1))
def test_whatever_the_archive_calls_them_paths_are_safe_and_differ(names: list[str]) -> None:
    rows = [
        product(name, obs_id=name[::-1], dataURI=f"mast:x/{n}/{name}", obs_collection=name[:3])
        for n, name in enumerate(names)
    ]
    for layout in ("nested", "flat"):
        paths = [file.path for file in frozen(rows, layout)]
        assert len({path.casefold() for path in paths}) == len(names)
        assert {path.count("/") for path in paths} <= ({2} if layout == "nested" else {0})
        assert not [path for path in paths if path.startswith("/") or ".." in path.split("/")]


@pytest.mark.parametrize("uri", ["https://partner.example/a.fits", "HTTPS://Partner.Example/a.fits"])
def test_a_partners_file_is_settled_from_the_start(uri: str) -> None:
    file = only([product("a.fits", dataURI=uri)])
    assert (file.status, file.phase) == ("REMOTE", "COMPLETED")
    assert "partner.example" in file.error


@pytest.mark.parametrize("uri", ["http://[broken/a.fits", "https:///a.fits", "http://a:b:c/a.fits"])
def test_an_address_that_is_none_spoils_nothing_else(uri: str) -> None:
    files = frozen([product("a.fits", dataURI=uri, obs_id="a"), product(CAL, obs_id="b")])
    assert [file.status for file in files] == ["REMOTE", ""]
    assert "None" not in files[0].error


def test_an_allowed_hosts_file_is_fetched(settings: Any) -> None:
    settings.ALLOWED_DATA_HOSTS = ["partner.example"]
    assert only([product("a.fits", dataURI="https://partner.example/a.fits")]).status == ""


def test_the_programme_is_the_files_own_before_the_observations() -> None:
    assert only([product(CAL, proposal_id="77")], proposal_id="88").programme == "77"
    assert only([product(CAL, proposal_id=None)], proposal_id="88").programme == "88"


def test_a_programme_is_not_guessed_where_there_are_two() -> None:
    contents = Contents(({"obsid": "1", "proposal_id": "7"}, {"obsid": "2", "proposal_id": "8"}))
    rows = [product(CAL, proposal_id=None)]
    table = OpenTable(products_table(contents, harvested_table(rows), TODAY_MJD))
    (file,) = files_of(Bundle(layout="nested"), Wanted.all_of(table), contents)
    assert file.programme == ""


def test_pi_and_release_come_from_the_observation() -> None:
    file = only([product(CAL)], proposal_pi="Doe, Jane", t_obs_release=61500.25)
    assert (file.principal_investigator, file.release_mjd) == ("Doe, Jane", 61500.25)


@pytest.mark.parametrize(("rights", "access"), [("PUBLIC", "PUBLIC"), ("EXCLUSIVE_ACCESS", "RESTRICTED")])
def test_access_is_as_things_stand_today(rights: str, access: str) -> None:
    assert only([product(CAL, dataRights=rights)]).access == access


def test_a_file_without_a_description_is_told_by_its_suffix() -> None:
    assert "alibrated" in only([product(CAL)]).description


def test_an_unknown_size_stays_unknown() -> None:
    assert only([product(CAL, size=None)]).expected_bytes is None


def test_path_of_needs_nothing_but_the_row() -> None:
    row = {"productFilename": "a.fits", "dataURI": "mast:a.fits", "obs_collection": "HST", "obs_id": "j8"}
    assert (path_of(row, "nested"), path_of(row, "flat")) == ("HST/j8/a.fits", "a.fits")
