"""What is added to MAST's product columns."""

from typing import Any

import pytest

from basket.contents import Contents
from basket.lines import product_row
from tests.basket.tables import TODAY_MJD, product, table_of


def one(table: Any, column: str) -> Any:
    (value,) = table[column].to_pylist()
    return value


def test_names_tell_suffix_extension_and_detector() -> None:
    table = table_of([product("jw01176241001_02101_00001_nrcb3_cal.fits")])
    assert (one(table, "suffix"), one(table, "extension"), one(table, "detector")) == ("cal", "fits", "NRCB3")


def test_guide_star_files_are_known_by_their_names() -> None:
    table = table_of([product("jw02609006001_gs-acq1_2022298031359_cal.fits", productType="AUXILIARY")])
    assert one(table, "guide_star") is True


@pytest.mark.parametrize(
    ("rights", "release_mjd", "needs_token"),
    [
        ("PUBLIC", None, False),
        ("PUBLIC", TODAY_MJD + 100, False),
        ("EXCLUSIVE_ACCESS", None, True),
        ("EXCLUSIVE_ACCESS", TODAY_MJD + 100, True),
        ("EXCLUSIVE_ACCESS", TODAY_MJD - 1, False),
        ("PROPRIETARY", TODAY_MJD + 1, True),
        (None, TODAY_MJD + 1, True),
        (None, TODAY_MJD - 1, False),
        (None, None, False),
    ],
)
def test_a_token_is_needed_until_the_release(
    rights: str | None, release_mjd: float | None, needs_token: bool
) -> None:
    rows = [product("jw01176-o001_t001_nircam_clear-f150w_i2d.fits", dataRights=rights)]
    table = table_of(rows, {"obsid": "1", "t_obs_release": release_mjd})
    assert one(table, "needs_token") is needs_token


def test_a_file_takes_the_earliest_release_of_those_that_list_it() -> None:
    shared = [product("a_pool.csv", parent="1"), product("a_pool.csv", parent="2")]
    lines = [{"obsid": "1", "t_obs_release": 61500.0}, {"obsid": "2", "t_obs_release": 61000.0}]
    assert one(table_of(shared, *lines), "release_mjd") == 61000.0


def test_the_pi_comes_from_the_observation() -> None:
    table = table_of([product("a_cal.fits")], {"obsid": "1", "proposal_pi": "Windhorst, Rogier A."})
    assert one(table, "pi") == "Windhorst, Rogier A."


def keyword_row(**fields: Any) -> dict[str, Any]:
    name = "jw01176241001_02101_00001_nrcb3_cal.fits"
    return {"dataURI": f"mast:JWST/product/{name}", "fileSize": 7, "program": 1176, "pi_name": "W"} | fields


def test_single_files_are_products_too() -> None:
    single = product_row(keyword_row(publicReleaseDate_mjd=TODAY_MJD + 5))
    table = table_of([], singles=(single,))
    (row,) = table.to_pylist()
    assert (row["single"], row["needs_token"], row["dataRights"]) == (True, True, "EXCLUSIVE_ACCESS")
    assert (row["obs_id"], row["size"]) == ("jw01176241001_02101_00001_nrcb3", 7)
    assert (row["proposal_id"], row["pi"]) == ("1176", "W")


def test_a_single_file_that_is_listed_anyway_is_one_file() -> None:
    single = product_row(keyword_row())
    table = table_of([product("jw01176241001_02101_00001_nrcb3_cal.fits")], singles=(single,))
    assert table["single"].to_pylist() == [False]


def test_an_empty_basket_has_an_empty_table() -> None:
    assert table_of([]).num_rows == 0


def test_planned_observations_have_no_products() -> None:
    contents = Contents(({"obsid": "1", "calib_level": -1}, {"obsid": "2", "calib_level": 3}))
    assert contents.executed == ["2"]


def test_contents_survive_being_stored() -> None:
    contents = Contents(({"obsid": "1"},), ({"dataURI": "mast:x"},))
    assert Contents.from_json(contents.as_json()) == contents
