"""Suffixes and what a mode's stages make."""

import pytest

from mastportal.sandbox import stages
from mastportal.sandbox.modes import MODES, detectors_of, is_long, mode_of
from mastportal.sandbox.stages import SUFFIXES, exp_type_of, kind_of, main_suffix

JWST = [mode for mode in MODES.values() if not mode.kind.startswith("hst")]


@pytest.mark.parametrize("mode", JWST, ids=lambda mode: mode.name)
@pytest.mark.parametrize("is_time_series", [True, False])
def test_every_mode_has_its_stages(mode: object, is_time_series: bool) -> None:
    kind = kind_of(mode, is_time_series=is_time_series)  # type: ignore[arg-type]
    assert set(stages.EXPOSURE[kind]) | set(stages.COMBINED[kind]) <= set(SUFFIXES)
    assert stages.ASSOCIATION[kind]


@pytest.mark.parametrize(
    ("name", "is_time_series", "exp_type"),
    [
        ("NIRCAM/IMAGE", False, "NRC_IMAGE"),
        ("NIRCAM/IMAGE", True, "NRC_TSIMAGE"),
        ("NIRCAM/GRISM", True, "NRC_TSGRISM"),
        ("NIRCAM/GRISM", False, "NRC_WFSS"),
        ("NIRISS/WFSS", False, "NIS_WFSS"),
        ("MIRI/IFU", False, "MIR_MRS"),
    ],
)
def test_exposure_types(name: str, is_time_series: bool, exp_type: str) -> None:
    assert exp_type_of(mode_of(name), is_time_series=is_time_series) == exp_type


@pytest.mark.parametrize(
    ("name", "is_combined", "suffix"),
    [
        ("NIRCAM/IMAGE", True, "i2d"),
        ("NIRCAM/IMAGE", False, "cal"),
        ("NIRSPEC/IFU", True, "s3d"),
        ("NIRSPEC/MSA", True, "s2d"),
        ("NIRISS/WFSS", True, "x1d"),
    ],
)
def test_main_files(name: str, is_combined: bool, suffix: str) -> None:
    assert main_suffix(mode_of(name), is_combined=is_combined, is_time_series=False).name == suffix


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("NIRCAM", "NIRCAM/IMAGE"),
        ("nirspec/ifu", "NIRSPEC/IFU"),
        ("MIRI/UNKNOWN", "MIRI/IMAGE"),
        ("STIS/FUV-", "COS/FUV"),
        ("WFPC2/WFC", "WFC3/UVIS"),
        (None, "WFC3/UVIS"),
    ],
)
def test_instrument_names_of_all_years(name: str | None, mode: str) -> None:
    assert mode_of(name).name == mode


@pytest.mark.parametrize(
    ("elements", "expected"), [("F212N", False), ("F250M", True), ("F150W2;F162M", False)]
)
def test_channels_of_nircam(elements: str, expected: bool) -> None:
    assert is_long(elements) is expected


def test_detectors_of_the_mrs_follow_the_channel() -> None:
    assert detectors_of(mode_of("MIRI/IFU"), "CH1") == ("mirifushort",)
    assert detectors_of(mode_of("MIRI/IFU"), "CH4") == ("mirifulong",)
