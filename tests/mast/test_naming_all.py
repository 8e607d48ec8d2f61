"""Names of every suffix and form, put together by rule and read back; and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.naming import describe_file, describe_suffix, observation_id_of, parse_name
from mastportal.mast.suffixes import MISSIONS, _table, suffix_of

JWST = sorted(suffix for mission, suffix in _table() if mission == "JWST")
HST = sorted(suffix for mission, suffix in _table() if mission == "HST" and "-" not in suffix)
PLAIN = [suffix for suffix in JWST if suffix not in ("msa", "asn", "pool") and "stream" not in suffix]
DETECTORS = {"nrca1": "NIRCAM", "nrcblong": "NIRCAM", "nis": "NIRISS", "nrs2": "NIRSPEC"}
DETECTORS |= {"mirimage": "MIRI", "mirifulong": "MIRI", "guider1": "FGS"}
COMBINED = [suffix for suffix in PLAIN if "_" not in suffix]
programs = st.integers(1, 99999)
small = st.integers(1, 999)


def exposure(program, observation, visit, number, detector):
    return f"jw{program:05d}{observation:03d}{visit:03d}_02101_{number:05d}_{detector}"


@given(programs, small, small, small, st.sampled_from(sorted(DETECTORS)), st.sampled_from(PLAIN))
def test_an_exposure_is_read_back(program, observation, visit, number, detector, suffix):
    stem = exposure(program, observation, visit, number, detector)
    told = parse_name(f"{stem}_{suffix}.fits")
    assert (told.stem, told.suffix, told.extension) == (stem, suffix, "fits")
    assert (told.program, told.observation, told.visit) == (
        str(program),
        f"{observation:03d}",
        f"{visit:03d}",
    )
    assert (told.detector, told.instrument) == (detector.upper(), DETECTORS[detector])
    assert not told.is_level3


@given(
    programs,
    small,
    st.sampled_from(["nircam_clear-f200w", "miri_ch1-shortmediumlong", "nirspec_g395h-f290lp-s1600a1"]),
    st.sampled_from(COMBINED),
)
def test_a_combined_product_is_read_back(program, observation, optics, suffix):
    stem = f"jw{program:05d}-o{observation:03d}_t001_{optics}"
    told = parse_name(f"{stem}_{suffix}.fits")
    assert (told.stem, told.suffix, told.is_level3) == (stem, suffix, True)
    assert (told.program, told.candidate) == (str(program), f"o{observation:03d}")
    assert (told.stage, told.level) == ("3", 3)
    assert told.instrument == optics.partition("_")[0].upper()


@pytest.mark.parametrize("suffix", PLAIN)
def test_every_suffix_leads_from_its_file_to_its_observation(suffix):
    stem = exposure(2736, 1, 1, 1, "nrca1")
    assert observation_id_of(f"mast:JWST/product/{stem}_{suffix}.fits") == stem
    assert observation_id_of(f"{stem}_{suffix}") == stem


@pytest.mark.parametrize("suffix", JWST)
def test_every_jwst_suffix_is_described_in_a_few_words(suffix):
    said = describe_suffix(suffix)
    assert said[:1].isupper()
    assert len(said) < 90
    assert not said.endswith(".")


@pytest.mark.parametrize("suffix", HST)
def test_every_hubble_suffix_is_read_back(suffix):
    told = parse_name(f"ldlm01abq_{suffix}.fits")
    assert (told.mission, told.stem, told.suffix, told.instrument) == ("HST", "ldlm01abq", suffix, "COS")
    assert describe_file(told.name) == suffix_of(suffix, "HST").description
    assert observation_id_of(told.name) == "ldlm01abq"


@pytest.mark.parametrize("mission", MISSIONS)
def test_case_of_suffixes_does_not_matter(mission):
    for suffix in JWST if mission == "JWST" else HST:
        assert suffix_of(suffix.upper(), mission.lower()) == suffix_of(suffix, mission)


@pytest.mark.parametrize("letter", ["i", "j", "l", "n", "o", "u"])
def test_hubbles_first_letter_tells_the_instrument(letter):
    instruments = {"i": "WFC3", "j": "ACS", "l": "COS", "n": "NICMOS", "o": "STIS", "u": "WFPC2"}
    assert parse_name(f"{letter}abc01defq"[:9] + "_flt.fits").instrument == instruments[letter]


@pytest.mark.parametrize("extension", ["jpg", "png", "jpeg", "JPG"])
@pytest.mark.parametrize("suffix", ["cal", "i2d", "x1d"])
def test_a_picture_is_a_preview_of_its_suffix(suffix, extension):
    name = f"{exposure(1, 1, 1, 1, 'nis')}_{suffix}.{extension}"
    assert parse_name(name).is_preview
    plain = describe_suffix(suffix)
    assert describe_file(name) == f"Preview of: {plain[:1].lower()}{plain[1:]}"


@pytest.mark.parametrize("extension", ["fits", "fits.gz", "FITS"])
def test_packed_files_are_the_same_files(extension):
    told = parse_name(f"{exposure(1, 1, 1, 1, 'nis')}_cal.{extension}")
    assert (told.suffix, told.extension) == ("cal", extension.lower())


@pytest.mark.parametrize(
    "rule",
    ["image2", "image3", "spec2", "spec3", "tso3", "tso-spec2", "coron3", "wfs-image2", "nrslamp-spec2"],
)
@pytest.mark.parametrize("candidate", ["-o001", "-c1001", "-a3001", ""])
def test_associations_of_every_rule(rule, candidate):
    told = parse_name(f"jw01366{candidate}_20260413t135058_{rule}_00021_asn.json")
    assert (told.mission, told.program, told.suffix, told.kind) == ("JWST", "1366", "asn", "association")
    assert told.candidate == candidate[1:]


@pytest.mark.parametrize(
    "step",
    [
        "gs-id_1_image",
        "gs-acq1_2023143042245",
        "gs-acq2_2023143042245",
        "gs-track_2023143042245",
        "gs-fg_2023143042245",
    ],
)
@pytest.mark.parametrize("suffix", ["cal", "uncal", "stream"])
def test_guide_star_files_are_never_science(step, suffix):
    told = parse_name(f"jw02609006001_{step}_{suffix}.fits")
    assert (told.is_guide_star, told.kind, told.instrument) == (True, "guide star", "FGS")
    assert describe_file(told.name).startswith("Guide star")


@given(st.text(max_size=60))
def test_any_text_is_a_name(text):
    told = parse_name(text)
    assert told.name == text.rsplit("/", 1)[-1]
    assert told.mission in ("", *MISSIONS)
    assert isinstance(describe_file(text), str)


@given(st.text("jw0123456789-_otsc.fitscalmn/:", max_size=60))
def test_an_observation_of_an_observation_is_itself(text):
    found = observation_id_of(text)
    assert "/" not in found
    assert text.rsplit("/", 1)[-1].startswith(found)


@given(st.text("abcdefj0123456789_-.", max_size=40))
def test_a_folder_before_a_name_changes_nothing(name):
    one, other = parse_name(name), parse_name(f"mast:JWST/product/{name}")
    assert one == other
