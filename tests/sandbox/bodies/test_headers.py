"""The keywords that JWST and HST files carry."""

from typing import Any

import pytest

from mastportal.sandbox.bodies.headers import extension, optics, primary
from tests.sandbox.holding_tables import facts

CAL = "jw01176341001_02101_00001_nrca1_cal.fits"
EXPECTED = {
    "PROGRAM": "01176",
    "OBSERVTN": "341",
    "VISIT": "001",
    "TSOVISIT": False,
    "CATEGORY": "GTO",
    "EXP_TYPE": "NRC_IMAGE",
    "INSTRUME": "NIRCAM",
    "DETECTOR": "NRCA1",
    "FILTER": "F090W",
    "PUPIL": "CLEAR",
    "TARGPROP": "VV-191",
    "EFFEXPTM": 901.9,
    "FILENAME": CAL,
    "PI_NAME": "Windhorst, Rogier A.",
    "DATE": "2026-08-01T12:00:00.000",
    "DATE-BEG": "2022-07-02T09:36:00.000",
}


def header_of(name: str, **changes: Any) -> dict[str, Any]:
    return dict(primary(facts(name, **changes)))


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
def test_jwst_keywords_tell_the_observation(name: str, value: object) -> None:
    assert header_of(CAL)[name] == value


@pytest.mark.parametrize("name", ["CAL_VER", "SDP_VER", "CRDS_VER", "CRDS_CTX", "ASNTABLE", "ASNPOOL"])
def test_jwst_files_say_how_they_were_made(name: str) -> None:
    assert header_of(CAL)[name]


def test_reprocessing_shows_in_the_calibration_version() -> None:
    assert header_of(CAL, version=1)["CAL_VER"] > header_of(CAL)["CAL_VER"]
    assert header_of(CAL, version=1)["CRDS_CTX"] > header_of(CAL)["CRDS_CTX"]


def test_a_time_series_is_told() -> None:
    header = header_of(CAL, dataproduct_type="timeseries", instrument_name="MIRI/IMAGE", filters="F1500W")
    assert (header["TSOVISIT"], header["EXP_TYPE"]) == (True, "MIR_TSIMAGE")


def test_a_moving_target_is_told() -> None:
    assert header_of(CAL, mtFlag=True)["TARGTYPE"] == "MOVING"


def test_the_footprint_is_in_the_science_extension() -> None:
    cards = dict(extension(facts(CAL), "SCI"))
    assert cards["S_REGION"] == "POLYGON 207.1 25.6 207.2 25.6 207.2 25.7 207.1 25.7"


def test_an_outline_that_is_too_long_is_left_out() -> None:
    cards = dict(extension(facts(CAL, s_region="POLYGON " + "1.0 2.0 " * 500), "SCI"))
    assert "S_REGION" not in cards


@pytest.mark.parametrize(
    ("instrument", "elements", "cards"),
    [
        ("NIRCAM", "F090W", {"FILTER": "F090W", "PUPIL": "CLEAR"}),
        ("NIRCAM", "F405N;F444W", {"FILTER": "F444W", "PUPIL": "F405N"}),
        ("NIRCAM", "F150W2;F162M", {"FILTER": "F150W2", "PUPIL": "F162M"}),
        ("NIRCAM", "F444W;GRISMR", {"FILTER": "F444W", "PUPIL": "GRISMR"}),
        ("NIRISS", "F200W;GR150C", {"FILTER": "GR150C", "PUPIL": "F200W"}),
        ("NIRSPEC", "CLEAR;PRISM", {"FILTER": "CLEAR", "GRATING": "PRISM"}),
        ("NIRSPEC", "F110W", {"FILTER": "F110W", "GRATING": "MIRROR"}),
        ("MIRI", "CH3", {"CHANNEL": "3", "BAND": "MULTIPLE"}),
        ("MIRI", "F770W", {"FILTER": "F770W"}),
        ("FGS", "", {"FILTER": ""}),
    ],
)
def test_optical_elements_by_instrument(instrument: str, elements: str, cards: dict[str, str]) -> None:
    assert dict(optics(instrument, elements)) == cards


def test_hst_headers_have_hst_s_own_names() -> None:
    header = header_of("ibkg01010_drz.fits", obs_collection="HST", instrument_name="WFC3/UVIS")
    assert (header["INSTRUME"], header["DETECTOR"], header["PROPOSID"]) == ("WFC3", "UVIS", 1176)
