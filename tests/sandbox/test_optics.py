"""Wavelengths of optical elements, in nanometres."""

import pytest

from mastportal.sandbox.facts import surveys, visits
from mastportal.sandbox.optics import band_nm, region_of


@pytest.mark.parametrize(
    ("elements", "mode", "wavelength_nm"),
    [
        ("F090W", "NIRCAM/IMAGE", 900),
        ("F2100W", "MIRI/IMAGE", 21000),
        ("F405N;F444W", "NIRCAM/IMAGE", 4050),
        ("F814W", "ACS/WFC", 814),
        ("F160W", "WFC3/IR", 1600),
        ("F170LP;G235M", "NIRSPEC/IFU", 2300),
        ("CH4", "MIRI/IFU", 20000),
        ("G130M", "COS/FUV", 130),
    ],
)
def test_a_band_holds_its_wavelength(elements: str, mode: str, wavelength_nm: float) -> None:
    shortest, longest = band_nm(elements, mode)
    assert shortest is not None
    assert longest is not None
    assert shortest < wavelength_nm < longest


def test_an_unknown_element_has_no_band() -> None:
    assert band_nm("NO-SUCH", "NIRCAM/IMAGE") == (None, None)


@pytest.mark.parametrize("entry", [*visits(), *surveys()], ids=lambda entry: f"{entry.program} {entry.mode}")
def test_every_element_of_the_facts_is_known(entry: object) -> None:
    assert all(band_nm(elements, entry.mode)[0] for elements in entry.elements)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mode", "elements", "region"),
    [("COS/FUV", "G130M", "UV"), ("ACS/WFC", "F606W", "OPTICAL"), ("MIRI/IMAGE", "F770W", "INFRARED")],
)
def test_waveband_words(mode: str, elements: str, region: str) -> None:
    assert region_of(mode, elements) == region
