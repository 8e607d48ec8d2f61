"""File naming rules."""

from itertools import combinations

import pytest

from mastportal.sandbox.facts import surveys, visits
from mastportal.sandbox.modes import mode_of
from mastportal.sandbox.naming import (
    activity,
    combined_stem,
    exposure_stems,
    parse_stem,
    planned_stem,
    rootname,
)


@pytest.mark.parametrize(
    ("name", "key", "is_combined"),
    [
        ("jw01176-o341_t042_nircam_clear-f090w", ("1176", "341"), True),
        ("jw01176341001_02101_00001_nrca1", ("1176", "341"), False),
        ("jw05224-c1001_s000277193_nirspec_clear-prism", ("5224", "c1001"), True),
        ("jw01366004001_04101_00001-seg002_nrs1", ("1366", "004"), False),
        ("jw04426001001_gs-acq1_2023143042245_cal", ("4426", "001"), False),
        ("jw05224004001_01_msa", ("5224", "004"), False),
    ],
)
def test_names_tell_programme_and_observation(name: str, key: tuple[str, str], is_combined: bool) -> None:
    stem = parse_stem(name)
    assert stem is not None
    assert (stem.key, stem.is_combined) == (key, is_combined)


@pytest.mark.parametrize("name", ["lecy21010", "jw01176_20260112t081942_pool", "", "u9o40504m_c0m"])
def test_other_names_are_not_jwst_stems(name: str) -> None:
    assert parse_stem(name) is None


@pytest.mark.parametrize(
    ("mode", "elements", "ending"),
    [
        ("NIRCAM/IMAGE", "F090W", "nircam_clear-f090w"),
        ("NIRCAM/IMAGE", "F405N;F444W", "nircam_f405n-f444w"),
        ("MIRI/IMAGE", "F770W", "miri_f770w"),
        ("MIRI/IFU", "CH3", "miri_ch3-shortmediumlong"),
        ("NIRSPEC/IFU", "F170LP;G235M", "nirspec_g235m-f170lp"),
        ("NIRSPEC/MSA", "CLEAR;PRISM", "nirspec_clear-prism"),
        ("NIRISS/WFSS", "F115W;GR150C", "niriss_f115w-gr150c"),
        ("NIRISS/SOSS", "CLEAR;GR700XD", "niriss_clear-gr700xd-substrip256"),
    ],
)
def test_combined_names_end_with_the_optics(mode: str, elements: str, ending: str) -> None:
    assert combined_stem("1176", 341, "t042", mode_of(mode), elements) == f"jw01176-o341_t042_{ending}"


def test_exposures_come_detector_by_detector() -> None:
    stems = exposure_stems("1176", "341", "001", "F090W", 2, ("nrca1", "nrca2"))
    assert [stem[-11:] for stem in stems] == ["00001_nrca1", "00001_nrca2", "00002_nrca1", "00002_nrca2"]
    assert all(parse_stem(stem) for stem in stems)


def test_planned_names_have_letters_for_the_visit_group() -> None:
    assert planned_stem("4426", 2, 1, "NIRSPEC") == "jw04426002001_xx101_00001_nirspec"


@pytest.mark.parametrize("elements", [entry.elements for entry in (*visits(), *surveys())])
def test_no_two_elements_of_a_visit_share_an_activity(elements: tuple[str, ...]) -> None:
    assert all(activity(one) != activity(other) for one, other in combinations(elements, 2))


def test_rootnames_have_nine_letters() -> None:
    names = {
        rootname("i", "12055", visit, exposure, is_association=True)
        for visit in range(1200)
        for exposure in range(9)
    }
    assert len(names) == 1200 * 9
    assert {len(name) for name in names} == {9}
