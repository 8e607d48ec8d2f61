"""Which Observations a file may belong to, by its name, against the naming rules and the recorded lists."""

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.membership import Wanted, clue_of, elements_of, is_level3, questions_of

EXPOSURE = "jw02736001001_02101_00001_nrca1"
IMAGE = {"exp_type": "NRC_IMAGE", "filter": "F200W", "pupil": "CLEAR"}


def may_be_in(filename, obs_id, row=None, filters=""):
    clue = clue_of(f"mast:JWST/product/{filename}", row)
    return Wanted([clue], [obs_id]).may_be_in(obs_id, filters)


@pytest.mark.parametrize(
    "filename",
    [
        f"{EXPOSURE}_cal.fits",
        f"{EXPOSURE}_rate.jpg",
        f"{EXPOSURE}_o001_crf.fits",
        f"{EXPOSURE}_a3001_crf.fits",
        "jw02736001001_02101_00001-seg002_nrca1_calints.fits",
        "JW02736001001_02101_00001_NRCA1_CAL.FITS",
    ],
)
def test_an_exposures_files_belong_to_it_and_to_what_its_observation_made(filename):
    assert may_be_in(filename, EXPOSURE)
    assert may_be_in(filename, "jw02736-o001_t001_nircam_clear-f200w")
    assert may_be_in(filename, "jw02736-c1001_t001_nircam_clear-f200w")
    assert may_be_in(filename, "jw02736-a3001_t001_nircam_clear-f200w")
    assert not may_be_in(filename, "jw02736-o002_t001_nircam_clear-f200w")
    assert not may_be_in(filename, "jw02736-o001_t001_miri_f770w")
    assert not may_be_in(filename, "jw02736001001_02101_00002_nrca1")
    assert not may_be_in(filename, "jw02736001001_02101_00001_nrca2")


def test_a_segments_own_observation_may_be_named_with_it_or_without():
    filename = "jw01366003001_04101_00001-seg003_nrs1_x1dints.fits"
    for obs_id in ("jw01366003001_04101_00001-seg003_nrs1", "jw01366003001_04101_00001_nrs1"):
        assert may_be_in(filename, obs_id)


def test_a_combined_product_belongs_to_the_observation_of_its_name():
    own, sibling = (
        "jw05224-o004_s000277193_nirspec_clear-prism",
        "jw05224-o004_s000277031_nirspec_clear-prism",
    )
    for suffix in ("x1d.fits", "cal.fits", "crf.fits", "s2d.jpg"):
        wanted = Wanted([clue_of(f"mast:JWST/product/{own}_{suffix}")], [own, sibling])
        assert wanted.may_be_in(own, "CLEAR;PRISM")
        assert not wanted.may_be_in(sibling, "CLEAR;PRISM")


def test_a_combined_product_without_one_is_sought_in_its_candidate():
    filename = "jw07306-c1003_t005_miri_ch2-medium_x1d.fits"
    assert may_be_in(filename, "jw07306-c1003_t005_miri_ch2-shortmediumlong")
    assert not may_be_in(filename, "jw07306-c1004_t005_miri_ch2-shortmediumlong")
    assert not may_be_in(filename, "jw07306-o003_t005_miri_ch2-shortmediumlong")


def test_images_through_other_filters_are_no_members():
    assert may_be_in(f"{EXPOSURE}_cal.fits", "jw02736-o001_t001_nircam_clear-f200w", IMAGE)
    assert not may_be_in(f"{EXPOSURE}_cal.fits", "jw02736-o001_t001_nircam_clear-f444w", IMAGE)
    assert may_be_in(f"{EXPOSURE}_cal.fits", "jw02736-o001_t001_nircam", IMAGE, filters="F200W")


def test_target_acquisitions_are_made_through_other_optics():
    row = {"exp_type": "NRS_MSATA", "filter": "F110W", "grating": "MIRROR"}
    filename = "jw05224004001_02101_00002_nrs2_cal.fits"
    assert may_be_in(filename, "jw05224-o004_s000277193_nirspec_clear-prism", row)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"exp_type": "NRS_IFU", "filter": "F170LP", "grating": "G235M"}, {"f170lp", "g235m"}),
        ({"exp_type": "NRS_MSASPEC", "filter": "CLEAR", "grating": "PRISM"}, {"prism"}),
        ({"exp_type": "NIS_WFSS", "filter": "GR150R", "pupil": "F200W"}, {"gr150r", "f200w"}),
        ({"exp_type": "MIR_MRS", "channel": "12", "band": "LONG"}, {"ch1", "ch2"}),
        ({"exp_type": "MIR_TACONFIRM", "filter": "F560W"}, set()),
        ({"exp_type": None, "filter": "F560W"}, set()),
        ({}, set()),
    ],
)
def test_elements_of_a_keyword_row(row, expected):
    assert elements_of(row) == expected


@pytest.mark.parametrize(
    "filename", ["jw04426001001_gs-acq1_2023143042245_cal.fits", "jw04426001001_gs-id_1_image_cal.fits"]
)
def test_guide_star_files_are_shared_by_the_whole_visit(filename):
    assert may_be_in(filename, "jw04426001001_02101_00005_nrs2")
    assert may_be_in(filename, "jw04426-o001_t001_nirspec_g140m-f100lp")
    assert not may_be_in(filename, "jw04426001002_02101_00005_nrs2")
    assert not may_be_in(filename, "jw04426-o002_t001_nirspec_g140m-f100lp")


def test_what_is_asked_is_by_programme_and_instrument():
    names = [f"{EXPOSURE}_cal.fits", "jw01345-o062_s00162_nirspec_clear-prism_x1d.fits", "u9o40504m_c0m.fits"]
    (jwst, clues), (hst, others) = questions_of([clue_of(name) for name in names], 20)
    assert jwst["programs"] == ["1345", "2736"]
    assert jwst["criteria"] == {"obs_collection": ["JWST"], "instrument_name": ["NIRCAM", "NIRSPEC"]}
    assert hst["criteria"] == {"obs_collection": ["HST"], "obs_id": ["u9o40504*"]}
    assert (len(clues), len(others)) == (2, 1)
    assert (
        len(questions_of([clue_of(f"jw{n:05d}001001_02101_00001_nis_cal.fits") for n in range(1, 42)], 20))
        == 3
    )


def test_the_keyword_column_obs_id_says_nothing():
    row = {"obs_id": "V02736001001P0000000002101", "exp_type": "NRC_IMAGE"}
    assert clue_of(f"{EXPOSURE}_cal.fits", row) == clue_of(f"{EXPOSURE}_cal.fits", {"exp_type": "NRC_IMAGE"})


def test_levels():
    assert is_level3("jw05224-o004_s000277193_nirspec_clear-prism", None)
    assert is_level3("hst_9405_01_acs_wfc_f814w", 3)
    assert not is_level3(EXPOSURE, 2)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_name_is_read(filename, obs_id):
    clue = clue_of(filename, {"exp_type": obs_id, "filter": filename, "channel": obs_id})
    Wanted([clue], [obs_id]).may_be_in(obs_id, filename)
    questions_of([clue], 5)


def test_every_recorded_parent_is_a_candidate_of_each_of_its_files(shared: Path):
    folder = shared / "mast" / "data"
    with gzip.open(folder / "caom_products_verbatim.csv.gz", "rt", encoding="utf-8") as text:
        products = list(csv.DictReader(text))
    with (folder / "caom_observations_verbatim.csv").open(encoding="utf-8") as text:
        names = {row["obsid"]: row["obs_id"] for row in csv.DictReader(text)}
    names |= {row["obsID"]: row["obs_id"] for row in products if row["obsID"] == row["parent_obsid"]}
    pairs = {(row["dataURI"], names[row["parent_obsid"]]) for row in products if row["parent_obsid"] in names}
    assert len(pairs) > 700
    assert [pair for pair in pairs if not may_be_in(*pair)] == []
