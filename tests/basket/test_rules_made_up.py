"""The presets, case by case on made-up product lists."""

from typing import Any

import numpy as np
import pyarrow as pa

from basket.rules import RULES
from tests.basket.tables import product, table_of

LEVEL3 = "jw01176-o001_t001_nircam_clear-f150w"
EXPOSURE = "jw01176001001_02101_00001_nrca1"


def wanted(rows: list[dict[str, Any]], preset: str = "parents", **more: Any) -> set[str]:
    table = table_of(rows, **more)
    return set(table.filter(pa.array(RULES[preset](table)))["productFilename"].to_pylist())


def test_own_highest_level_and_lower_science() -> None:
    rows = [
        product(f"{LEVEL3}_i2d.fits"),
        product(f"{LEVEL3}_segm.fits", productType="AUXILIARY"),
        product(f"{EXPOSURE}_cal.fits", obsid="2", calib_level=2),
        product(f"{EXPOSURE}_trapsfilled.fits", obsid="2", calib_level=2, productType="AUXILIARY"),
    ]
    assert wanted(rows) == {f"{LEVEL3}_i2d.fits", f"{LEVEL3}_segm.fits", f"{EXPOSURE}_cal.fits"}


def test_the_calibration_files_of_a_member_stay_out() -> None:
    rows = [product(f"{LEVEL3}_i2d.fits"), product("ref_0001.fits", obsid="2", productType="CALIBRATION")]
    assert wanted(rows) == {f"{LEVEL3}_i2d.fits"}


def test_science_of_the_same_level_is_no_parent() -> None:
    rows = [
        product(f"{EXPOSURE}_cal.fits", calib_level=2),
        product("jw01176001001_02101_00002_nrca1_cal.fits", obsid="2", calib_level=2),
    ]
    assert wanted(rows) == {f"{EXPOSURE}_cal.fits"}


def test_a_file_wanted_by_one_of_two_observations_is_wanted() -> None:
    rows = [
        product(f"{EXPOSURE}_rate.fits", obsid="2", parent="1", calib_level=2, productType="AUXILIARY"),
        product(f"{EXPOSURE}_rate.fits", obsid="2", parent="2", calib_level=2, productType="AUXILIARY"),
        product(f"{LEVEL3}_i2d.fits"),
    ]
    assert wanted(rows) == {f"{EXPOSURE}_rate.fits", f"{LEVEL3}_i2d.fits"}


def test_guide_star_files_are_wanted_only_as_observations_of_their_own() -> None:
    name = "jw02609006001_gs-track_2022298031359_cal.fits"
    of_an_exposure = product(name, obs_id=EXPOSURE, calib_level=2, productType="AUXILIARY")
    assert wanted([of_an_exposure, product(f"{EXPOSURE}_cal.fits", calib_level=2)]) == {
        f"{EXPOSURE}_cal.fits"
    }
    itself = product(name, calib_level=2, productType="AUXILIARY")
    assert wanted([itself]) == {name}


def test_everything_and_nothing() -> None:
    rows = [product(f"{LEVEL3}_i2d.fits"), product(f"{LEVEL3}_i2d.jpg", productType="PREVIEW")]
    assert len(wanted(rows, "everything")) == 2
    assert wanted(rows, "none") == set()


def test_recommended_is_never_guessed_from_names() -> None:
    rows = [
        product(f"{LEVEL3}_i2d.fits"),
        product("odd.txt", productGroupDescription="Minimum Recommended Products"),
    ]
    assert wanted(rows, "recommended") == {"odd.txt"}


def test_a_file_added_singly_is_wanted_but_for_nothing() -> None:
    single = {"dataURI": "mast:JWST/product/a_cal.fits", "productFilename": "a_cal.fits"}
    for preset, expected in (("parents", {"a_cal.fits"}), ("recommended", {"a_cal.fits"}), ("none", set())):
        assert wanted([], preset, singles=(single,)) == expected


def test_an_observation_without_products_of_its_own_gives_its_science() -> None:
    rows = [product(f"{EXPOSURE}_cal.fits", obsid="2", calib_level=2)]
    assert wanted(rows) == {f"{EXPOSURE}_cal.fits"}


def test_old_hubble_rows_without_levels() -> None:
    rows = [
        product("u9o40504m_c0m.fits", calib_level=None),
        product("u9o40504m_shm.fits", calib_level=None, productType="AUXILIARY"),
    ]
    assert "u9o40504m_c0m.fits" in wanted(rows)


def test_three_hundred_thousand_rows_stay_fast(benchmark_s: Any) -> None:
    names = [f"jw01176{n:06d}_02101_00001_nrca1_cal.fits" for n in range(1000)]
    table = table_of([product(name, obsid=str(n), calib_level=2) for n, name in enumerate(names)])
    large = pa.concat_tables([table] * 300).combine_chunks()
    with benchmark_s(2.0):
        mask = RULES["parents"](large)
    assert np.count_nonzero(mask) == 300 * np.count_nonzero(RULES["parents"](table))
