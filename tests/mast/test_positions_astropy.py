"""Positions as astropy reads them: our own reading of every form must come to the same place."""

import astropy.units as u
import pytest
from astropy.coordinates import Angle, SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.mast.coordinates import as_sexagesimal, galactic_to_icrs, parse_position
from mastportal.mast.errors import BadQuestion
from mastportal.mast.target import parse_target

MAS_DEG = 1 / 3_600_000
FRAME_TIE_DEG = 0.05 / 3600  # between the FK5 that defines the galactic system and ICRS


def apart_deg(one, other):
    places = [SkyCoord(ra * u.deg, dec * u.deg) for ra, dec in (one, other)]
    return places[0].separation(places[1]).deg


@given(st.floats(0, 359.99), st.floats(-89.9, 89.9))
@settings(max_examples=10, deadline=None)
def test_galactic_places(l_deg, b_deg):
    there = SkyCoord(l=l_deg * u.deg, b=b_deg * u.deg, frame="galactic").icrs
    assert apart_deg(galactic_to_icrs(l_deg, b_deg), (there.ra.deg, there.dec.deg)) < FRAME_TIE_DEG


@given(st.floats(0, 359.99), st.floats(-89.9, 89.9))
@settings(max_examples=10, deadline=None)
def test_galactic_texts(l_deg, b_deg):
    read = parse_position(f"g{l_deg:.6f}{b_deg:+.6f}")
    assert apart_deg(read, galactic_to_icrs(l_deg, b_deg)) < 3 * MAS_DEG


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59999), st.integers(1, 89), st.integers(0, 59))
@settings(max_examples=10, deadline=None)
def test_sexagesimal_texts_in_every_form(hours, minutes, millis, degrees, arcmin):
    seconds = f"{millis / 1000:.3f}"
    there = SkyCoord(Angle(f"{hours}h{minutes}m{seconds}s"), Angle(f"{degrees:+d}d{arcmin}m30s"))
    for form in (
        "{}:{}:{} {:+d}:{}:30",
        "{} {} {} {:+d} {} 30",
        "{}h{}m{}s {:+d}d{}m30s",
        "{}h {}m {}s, {:+d}d {}' 30\"",
    ):
        read = parse_position(form.format(hours, minutes, seconds, degrees, arcmin))
        assert apart_deg(read, (there.ra.deg, there.dec.deg)) < MAS_DEG


@pytest.mark.parametrize("text", ["0:0:0 -0:30:00", "0h0m0s -0d30m0s", "0 0 0 -00 30 0", "0:0 -0:30"])
def test_a_minus_before_a_zero_counts(text):
    assert parse_position(text)[1] == pytest.approx(-0.5)


@given(st.floats(0, 359.999), st.floats(-89.99, 89.99))
def test_what_is_read_back_is_the_place(ra_deg, dec_deg):
    again = parse_position(as_sexagesimal(ra_deg, dec_deg))
    assert abs(again[1] - dec_deg) <= 0.5001 / 3600
    turn = abs(again[0] - ra_deg) % 360
    assert min(turn, 360 - turn) <= 0.0501 * 15 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "360 0",
        "24:00:00 0:0:0",
        "10 90.0001",
        "10 -91",
        "12:60:00 0:0:0",
        "12:00:60 0:0:0",
        "1 2 3",
        "1 2 3 4 5",
        "+1 -+2",
        "g361.0+1",
        "g10.0+91",
        "-1h0m0s +1d",
    ],
)
def test_places_that_are_none(text):
    with pytest.raises(BadQuestion) as caught:
        parse_target(text)
    assert caught.value.field == "target"


@pytest.mark.parametrize(
    ("text", "place"), [("0 90", (0, 90)), ("359.9999 -90", (359.9999, -90)), ("0 +0", (0, 0))]
)
def test_the_ends_of_the_sky(text, place):
    assert parse_position(text) == place
