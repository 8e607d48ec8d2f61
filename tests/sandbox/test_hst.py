"""Product lists of HST observations."""

from mastportal.sandbox.catalogue import hashed_id
from mastportal.sandbox.hst import exposures_of, products_of
from mastportal.sandbox.products import Listed
from tests.sandbox.holding_tables import observation


def lines(**changes: object) -> list[Listed]:
    row = {"obs_collection": "HST", "obs_id": "ibkg01010", "instrument_name": "WFC3/UVIS", **changes}
    return products_of(observation(**row), hashed_id)


def test_images_have_combined_and_exposure_products() -> None:
    groups = {line.group for line in lines()}
    assert {"DRZ", "DRC", "RAW", "FLT", "FLC", "SPT"} <= groups


def test_spectra_have_extracted_ones() -> None:
    groups = {line.group for line in lines(instrument_name="COS/FUV")}
    assert {"X1DSUM", "X1D", "RAWTAG"} <= groups


def test_names_are_lower_case_whatever_the_row_says() -> None:
    assert all(line.filename.islower() for line in lines(obs_id="LECY21010", instrument_name="COS/FUV"))


def test_exposures_are_named_after_the_association() -> None:
    assert exposures_of("ibkg01010") == ["ibkg01h1q", "ibkg01j1q", "ibkg01l1q"]


def test_planned_observations_have_none() -> None:
    assert lines(calib_level=-1) == []


def test_recommended_are_the_combined_images() -> None:
    assert {line.group for line in lines() if line.is_recommended} == {"DRZ", "DRC"}
