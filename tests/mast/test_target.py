"""What people type as a target: names, positions, radii, and sentences for what cannot be one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mastportal.mast.errors import BadQuestion
from mastportal.mast.target import (
    DEFAULT_RADIUS_DEG,
    MAX_RADIUS_DEG,
    display_name,
    format_radius,
    parse_radius,
    parse_target,
    tidy_name,
)

ARCMIN = 1 / 60


@pytest.mark.parametrize(
    ("text", "name", "radius_deg"),
    [
        ("m57 r=1m", "m57", ARCMIN),
        ("m57", "m57", None),
        ("M101 r=0.5", "M101", 0.5),
        ("NGC 6300 r=1d", "NGC 6300", 1.0),
        ("Eta  Carinae  r = 1.2m", "Eta Carinae", 1.2 * ARCMIN),
        ("T Tau r=30s", "T Tau", 30 / 3600),
        ("m57 R=60S", "m57", ARCMIN),
        ("m57 radius=2'", "m57", 2 * ARCMIN),
        ("2MASS J04215943+1932063 r=5arcsec", "2MASS J04215943+1932063", 5 / 3600),
    ],
)
def test_a_name_with_its_radius(text, name, radius_deg):
    target = parse_target(text)
    assert (target.name, target.radius_deg) == (name, pytest.approx(radius_deg) if radius_deg else None)
    assert not target.has_position


@pytest.mark.parametrize(
    "text", ["14:03.210 54:20.945r=0.5", "14:03.210 54:20.945 r=0.5d", "210.8025 54.3490833, r=.5"]
)
def test_a_radius_may_be_glued_to_a_position(text):
    target = parse_target(text)
    assert (target.ra_deg, target.dec_deg, target.radius_deg) == pytest.approx((210.8025, 54.3490833, 0.5))
    assert target.name is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("", "Enter"),
        ("   ", "Enter"),
        ("r=1m", "before the radius"),
        ("m57 r=-1", "greater than zero"),
        ("m57 r=0", "greater than zero"),
        ("m57 r=31", "at most 30 degrees"),
        ("m57 r=1x", "not a number"),
        ("m57 r=", "not a number"),
        ("m57 r=1e-3", "not a number"),
        ("m57, m31", "one target at a time"),
        ("m57; drop", "one target at a time"),
        ("m57\nm31", "one line"),
        ("?!", "neither a name nor a position"),
        ("x" * 201, "200 characters"),
        ("-10.5 20", "negative"),
    ],
)
def test_what_cannot_be_a_target_is_told_why(text, about):
    with pytest.raises(BadQuestion, match=about) as caught:
        parse_target(text)
    assert caught.value.field == "target"


@given(st.text(max_size=60))
@example("g.+1")
@example("r=r=1")
def test_any_text_is_a_target_or_a_bad_question(text):
    try:
        target = parse_target(text)
    except BadQuestion:
        return
    assert target.has_position != (target.name is not None)


@given(st.floats(0, 359.99999999), st.floats(-90, 90), st.none() | st.floats(1e-6, MAX_RADIUS_DEG))
def test_the_canonical_spelling_is_read_back_as_itself(ra_deg, dec_deg, radius_deg):
    radius = "" if radius_deg is None else f" r={radius_deg:.9f}"
    canonical = parse_target(f"{ra_deg:.9f} {dec_deg:+.9f}{radius}").canonical()
    assert parse_target(canonical).canonical() == canonical


@pytest.mark.parametrize("spelling", ["m57", "M57", "M 57", " m  57 ", "M 057", "m0057"])
def test_spellings_of_one_name_are_one(spelling):
    assert tidy_name(spelling) == "m57"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m57", "m5"),
        ("2MASS J04215943", "2MASS J4215943"),
        ("VV 191", "VV-191"),
        ("m57a", "m57"),
        ("m10", "m1"),
    ],
)
def test_other_names_stay_apart(one, other):
    assert tidy_name(one) != tidy_name(other)


def test_names_are_shown_as_people_write_them():
    assert [display_name(name) for name in ("m57", "ngc 045", "Eta Carinae")] == [
        "M 57",
        "NGC 45",
        "Eta Carinae",
    ]


@pytest.mark.parametrize(
    ("asked", "size_deg", "used"),
    [
        ("m57", None, 0.2),
        ("m57", 0.01, 0.2),
        ("m31", 1.5, 1.5),
        ("m57 r=1m", 1.5, ARCMIN),
        ("lmc", 90.0, 30.0),
    ],
)
def test_the_radius_is_asked_for_or_the_default_or_the_objects_size(asked, size_deg, used):
    located = parse_target(asked).located(10.0, 20.0, size_deg)
    assert located.radius_deg == pytest.approx(used)
    assert located.has_position


def test_the_default_radius_is_the_portals():
    assert DEFAULT_RADIUS_DEG == 0.2


@pytest.mark.parametrize(
    ("radius_deg", "shown"), [(0.2, "0.2°"), (1 / 60, "1′"), (0.5 / 60, "30″"), (3.25, "3.25°")]
)
def test_a_radius_is_shown_in_its_own_unit(radius_deg, shown):
    assert format_radius(radius_deg) == shown


@given(st.floats(0.001, 29))
def test_radius_units_agree(number):
    assert parse_radius(f"{number:.6f}m") * 60 == pytest.approx(float(f"{number:.6f}"))
    assert parse_radius(f"{number:.6f}d") == pytest.approx(parse_radius(f"{number:.6f}"))
