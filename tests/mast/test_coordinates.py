"""Positions in every form the Portal takes, refused with a sentence where they cannot be."""

import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.coordinates import as_sexagesimal, galactic_to_icrs, parse_position
from mastportal.mast.errors import BadQuestion

M101 = (210.8025, 54.3490833)
ra_degrees = st.floats(0, 359.9999, allow_nan=False)
dec_degrees = st.floats(-89.9999, 89.9999, allow_nan=False)


@pytest.mark.parametrize(
    "text",
    [
        "14 03 12.6 54 20 56.7",
        "14 03 12.6 +54 20 56.7",
        "14:03.210 54:20.945",
        "14:03:12.6 54:20:56.7",
        "14:03:12.6, +54:20:56.7",
        "14h03m12.6s +54d20m56.7s",
        "14h03m12.6s+54d20m56.7s",
        "14H03M12.6S 54D20M56.7S",
        "14h 03m 12.6s 54° 20′ 56.7″",
        "210.8025 54.3490833",
        "210.8025,+54.3490833",
        "210.8025d 54.3490833d",
        "210.8025+54.3490833",
    ],
)
def test_every_form_gives_the_same_place(text):
    assert parse_position(text) == pytest.approx(M101, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["180.468 -18.866", "180.468 −18.866", "180.468-18.866", "12 01 52.32 -18 51 57.6"]
)
def test_the_south_needs_a_minus_sign(text):
    assert parse_position(text) == pytest.approx((180.468, -18.866), abs=1e-6)


def test_just_below_the_equator_keeps_its_sign():
    assert parse_position("10 00 00 -00 30 00") == pytest.approx((150, -0.5))


@pytest.mark.parametrize(
    "text", ["g102.0373+59.7711", "G102.0373+59.7711", "g102.0373 59.7711", "g102.0373, +59.7711"]
)
def test_galactic_positions_become_icrs(text):
    assert parse_position(text) == pytest.approx(M101, abs=1e-4)


@given(st.floats(0, 359.99), st.floats(-89.9, 89.9))
def test_the_galactic_rotation_is_astropys(l_deg, b_deg):
    ra_deg, dec_deg = galactic_to_icrs(l_deg, b_deg)
    theirs = SkyCoord(l_deg, b_deg, unit="deg", frame="galactic").icrs
    assert SkyCoord(ra_deg, dec_deg, unit="deg").separation(theirs).arcsec < 0.1


@pytest.mark.parametrize(
    "name",
    [
        "m57",
        "47 Tuc",
        "3C 273",
        "BD+19 706",
        "png 000.8-07.6",
        "2MASS J04215943+1932063",
        "G29-38",
        "HD 1",
        "r Car",
    ],
)
def test_names_are_not_positions(name):
    assert parse_position(name) is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("-5 3", "negative"),
        ("-14h03m12.6s +54d20m56.7s", "negative"),
        ("0 91", "Declination"),
        ("0 -90.5", "Declination"),
        ("360 0", "Right ascension"),
        ("24 0 0 0 0 0", "Right ascension"),
        ("12 61 0 1 1 1", "minutes of the right ascension"),
        ("12 1 60 1 1 1", "seconds of the right ascension"),
        ("12 1 0 1 75 1", "minutes of the declination"),
        ("433", "1 number"),
        ("1 2 3", "3 numbers"),
        ("1 2 3 4 5 6 7 8", "8 numbers"),
        ("...", "cannot be read"),
        ("10 -3 5 7", "sign"),
        ("g10.5 95.2", "latitude"),
        ("g-10.5+5.2", "longitude"),
    ],
)
def test_an_impossible_position_is_told_why(text, about):
    with pytest.raises(BadQuestion, match=about) as caught:
        parse_position(text)
    assert caught.value.field == "target"


@given(ra_degrees, dec_degrees)
def test_decimal_degrees_are_read_as_written(ra_deg, dec_deg):
    assert parse_position(f"{ra_deg:.8f} {dec_deg:+.8f}") == pytest.approx((ra_deg, dec_deg), abs=1e-7)


@given(ra_degrees, dec_degrees)
def test_what_is_read_back_is_what_was_meant(ra_deg, dec_deg):
    again = parse_position(as_sexagesimal(ra_deg, dec_deg))
    assert again is not None
    assert SkyCoord(*again, unit="deg").separation(SkyCoord(ra_deg, dec_deg, unit="deg")).arcsec < 1.5


def test_reading_back_carries_into_the_next_hour():
    assert as_sexagesimal(359.99999, -0.001) == "00h00m00.0s -00d00m04s"
