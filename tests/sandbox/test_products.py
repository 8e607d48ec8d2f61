"""Product lists of JWST observations by the naming rules."""

from collections import Counter

import pytest

from mastportal.sandbox.catalogue import hashed_id
from mastportal.sandbox.products import RECOMMENDED, Listed, exposures_of, guide_star_files, products_of
from tests.sandbox.holding_tables import observation

SOURCE = {
    "obs_id": "jw05224-o004_s000004001_nirspec_clear-prism",
    "instrument_name": "NIRSPEC/MSA",
    "filters": "CLEAR;PRISM",
    "proposal_id": "5224",
    "dataproduct_type": "spectrum",
}
OTHER_SOURCE = {**SOURCE, "obs_id": "jw05224-o004_s000004002_nirspec_clear-prism", "obsid": 300000002}
EXPOSURE = {"obs_id": "jw09282002001_02101_00001_nis", "calib_level": 2, "instrument_name": "NIRISS/IMAGE"}


def lines(**changes: object) -> list[Listed]:
    return products_of(observation(**changes), hashed_id)


def suffixes(listed: list[Listed]) -> set[str]:
    return {line.filename.rpartition("_")[2] for line in listed}


def test_a_planned_observation_has_no_products() -> None:
    assert lines(calib_level=-1, obs_id="jw04426002001_xx101_00001_nirspec") == []


def test_the_searched_observation_s_own_come_first() -> None:
    own = [line for line in lines() if line.letter == "D"]
    assert {line.obsid for line in own} == {300000001}
    assert {line.filename.rpartition("_")[2] for line in own} == {
        "i2d.fits", "i2d.jpg", "cat.ecsv", "segm.fits", "asn.json", "pool.csv",
    }  # fmt: skip


def test_exposures_have_numbers_of_their_own() -> None:
    members = [line for line in lines() if line.letter == "S"]
    assert members
    assert all(line.obsid != 300000001 for line in members)
    assert {line.obs_id for line in members} == set(exposures_of(observation()))


def test_short_wavelengths_have_eight_detectors_and_long_ones_two() -> None:
    assert len({stem[-5:] for stem in exposures_of(observation())}) == 8
    assert {stem[-8:] for stem in exposures_of(observation(filters="F356W"))} == {"nrcalong", "nrcblong"}


def test_recommended_are_all_of_a_combined_observation_s_own_but_previews() -> None:
    assert all(line.is_recommended == (line.letter == "D" and line.group is not None) for line in lines())


def test_recommended_of_an_exposure_are_its_calibrated_files() -> None:
    groups = {line.group for line in lines(**EXPOSURE) if line.is_recommended}
    assert groups == {"RATE", "RATEINTS", "CAL", "I2D", "ASN", "POOL", "GS-TRACK"}


def test_previews_have_no_group() -> None:
    previews = [line for line in lines() if line.product_type == "PREVIEW"]
    assert {line.description for line in previews} == {"Preview-Full"}
    assert {line.group for line in previews} == {None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"uncal.fits", "rate.fits", "rateints.fits", "cal.fits", "crf.fits", "i2d.fits", "uncal.jpg"}),
        (SOURCE, {"msa.fits", "s2d.fits", "x1d.fits", "x1d.png", "s2d.jpg"}),
        (
            {
                "instrument_name": "MIRI/IFU",
                "filters": "CH1",
                "obs_id": "jw01558-o002_t003_miri_ch1-shortmediumlong",
            },
            {"s3d.fits", "s3d.jpg", "x1d.fits"},
        ),
        (
            {"instrument_name": "NIRISS/SOSS", "filters": "CLEAR;GR700XD", "dataproduct_type": "timeseries"},
            {"x1dints.fits", "whtlt.ecsv", "calints.fits", "crfints.fits"},
        ),
        (
            {"instrument_name": "NIRCAM/CORON", "filters": "F444W;MASKRND"},
            {"psfstack.fits", "psfalign.fits", "psfsub.fits", "calints.fits"},
        ),
        ({"instrument_name": "NIRISS/AMI", "filters": "F480M;NRM"}, {"aminorm-oi.fits", "ami-oi.fits"}),
        ({"instrument_name": "NIRISS/WFSS", "filters": "F200W;GR150C"}, {"x1d.fits", "c1d.fits"}),
    ],
)
def test_stages_by_mode(changes: dict[str, object], expected: set[str]) -> None:
    assert expected <= suffixes(lines(**changes))


def test_slitless_rows_of_old_are_no_time_series() -> None:
    listed = lines(instrument_name="NIRCAM/GRISM", filters="F444W;GRISMR", dataproduct_type="spectrum")
    assert "calints.fits" not in suffixes(listed)
    assert "cal.fits" in suffixes(listed)


def test_guide_star_files_are_listed_again_under_every_exposure() -> None:
    names = Counter(line.filename for line in lines() if (line.group or "").startswith("GS-"))
    assert set(names) == set(guide_star_files(observation()))
    assert set(names.values()) == {len(exposures_of(observation()))}


def test_sources_of_one_exposure_share_its_files() -> None:
    one = {line.filename for line in lines(**SOURCE) if line.letter == "S"}
    other = {line.filename for line in lines(**OTHER_SOURCE) if line.letter == "S"}
    assert one == other


def test_sources_have_their_own_spectra() -> None:
    one = {line.filename for line in lines(**SOURCE) if line.group == "X1D" and line.letter == "D"}
    other = {line.filename for line in lines(**OTHER_SOURCE) if line.group == "X1D" and line.letter == "D"}
    assert not one & other


def test_msa_files_are_raw_and_auxiliary() -> None:
    found = {
        (line.level, line.product_type, line.filename) for line in lines(**SOURCE) if line.group == "MSA"
    }
    assert found == {(1, "AUXILIARY", "jw05224004001_01_msa.fits")}


def test_an_association_joins_the_calibrated_exposures() -> None:
    [association] = [line for line in lines() if line.group == "ASN" and line.letter == "D"]
    assert association.members == tuple(f"{stem}_cal.fits" for stem in exposures_of(observation()))
    assert "_image3_" in association.filename


def test_no_two_associations_share_a_name() -> None:
    names = [line.filename for line in lines() if line.group == "ASN"]
    assert len(names) == len(set(names)) == 1 + len(exposures_of(observation()))


def test_levels_of_exposures_stay_below_three() -> None:
    assert {line.level for line in lines() if line.letter == "S"} == {1, 2}
    assert {line.level for line in lines() if line.letter == "D"} == {3}


def test_the_recommended_word_is_mast_s() -> None:
    assert RECOMMENDED == "Minimum Recommended Products"
