"""Archive member names are safe on every system and never two alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basket.member_names import COMPONENT_BYTES, safe_path, safe_paths


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("MAST_x/JWST/jw01_cal/jw01_cal.fits", "MAST_x/JWST/jw01_cal/jw01_cal.fits"),
        ("../../etc/passwd", "_/_/etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\x", "C_/Windows/x"),
        ("a//b/./c", "a/b/c"),
        ("", "_"),
        ("a\nb\x1b[31m", "a_b_[31m"),
        ("\u202egnp.exe", "_gnp.exe"),
        ("name. ", "name"),
        ("-rf", "_-rf"),
        ("aux.fits", "_aux.fits"),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_hostile_names_become_harmless(path, safe):
    assert safe_path(path) == safe


def test_a_long_name_keeps_its_beginning_and_its_end():
    name = safe_path("jw" + "é" * 300 + "_cal.fits")
    assert name.startswith("jwé")
    assert name.endswith("_cal.fits")
    assert len(name.encode()) <= COMPONENT_BYTES


def test_two_long_names_stay_two():
    one, two = safe_paths(["x" * 150 + "1" + "y" * 150, "x" * 150 + "2" + "y" * 150])
    assert one != two


def test_deep_paths_lose_the_middle():
    assert safe_path("a/b/c/d/e/f/g/h") == "a/b/e/f/g/h"


def test_names_alike_are_numbered_before_the_extension():
    assert safe_paths(["a/x.fits.gz", "a/X.fits.gz", "a/x.fits.gz"]) == [
        "a/x.fits.gz",
        "a/X-2.fits.gz",
        "a/x-3.fits.gz",
    ]


def test_a_number_already_taken_is_passed_over():
    assert safe_paths(["x-2.fits", "x.fits", "x.fits"]) == ["x-2.fits", "x.fits", "x-3.fits"]


def test_a_file_and_a_folder_of_one_name_both_unpack():
    assert safe_paths(["a", "a/b", "c/d", "c"]) == ["a", "a-2/b", "c/d", "c-2"]


def test_ten_thousand_alike_are_not_slow():
    assert len(set(safe_paths(["x.fits"] * 10_000))) == 10_000


@given(st.lists(st.text(st.characters(), max_size=30), max_size=20))
def test_whatever_comes_the_result_is_safe_and_settled(paths):
    result = safe_paths(paths)
    assert len({name.casefold() for name in result}) == len(paths)
    assert safe_paths(result) == result
    for name in result:
        assert not name.startswith(("/", "-"))
        assert not {"", ".", ".."} & set(name.split("/"))
        assert not any(unicodedata.category(c).startswith("Cc") for c in name)
        name.encode()
