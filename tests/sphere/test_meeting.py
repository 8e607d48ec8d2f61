"""Which footprints meet a region: against shapely in a plane made by astropy, and astropy's separations."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from mastportal.sphere.meeting import meets
from mastportal.sphere.regions import read
from tests.sphere.make import Array, footprints, in_plane, on_sky, places, seeds, star, text_of

sizes = st.sampled_from([1e-4, 0.01, 1.0, 10.0])


def meet(region: str, *texts: str | None) -> list[bool]:
    found: list[bool] = meets(footprints(*texts), read(region)).tolist()
    return found


SHAPES = 20


@settings(max_examples=12, deadline=None)
@given(places, sizes, seeds)
def test_polygons_meet_as_their_flat_images_do(at: tuple[float, float], size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    flats = [star(rng, size) for _ in range(SHAPES + 1)]
    region, *outlines = map(Polygon, flats)
    clear = [n for n, each in enumerate(outlines) if each.is_valid and _depth(region, each) > 1e-6 * size]
    assume(region.is_valid and clear)
    asked, *texts = (text_of(on_sky(at, flat)) for flat in flats)
    expected = [region.intersects(outlines[n]) for n in clear]
    assert meet(asked.lower(), *(texts[n] for n in clear)) == expected
    # What meets is met: the other way round it is the same, and several outlines meet where any does.
    assert [meet(texts[n].lower(), asked)[0] for n in clear] == expected
    assert meet(asked.lower(), " ".join(texts[n] for n in clear)) == [any(expected)]


def _depth(a: Polygon, b: Polygon) -> float:
    """How far two polygons overlap or are apart: nothing is asked about those that nearly touch."""
    return float(a.distance(b) or a.intersection(b).area ** 0.5)


@settings(max_examples=25, deadline=None)
@given(places, sizes, seeds)
def test_circles_and_polygons_meet_by_separations(at: tuple[float, float], size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    flat, middles = star(rng, size, 1.0), rng.uniform(-2, 2, (SHAPES, 2)) * size
    assume(Polygon(flat).is_valid)
    sky = on_sky(at, np.append(flat, middles, axis=0))
    corners, centres = sky[: len(flat)], sky[len(flat) :]
    inside = np.array([Polygon(flat).contains(Point(middle)) for middle in middles])
    apart_deg = np.where(inside, 0, _separations(corners, centres))
    radius_deg = rng.uniform(0.001, 1.5, SHAPES) * size
    clear = np.abs(apart_deg - radius_deg) > 1e-3 * size
    circles = [
        f"{ra:.12f} {dec:.12f} {radius:.12f}" for (ra, dec), radius in zip(centres, radius_deg, strict=True)
    ]
    found = meets(footprints(*(f"CIRCLE {circle}" for circle in circles)), read(text_of(corners, "polygon")))
    assert (found == (apart_deg <= radius_deg))[clear].all()
    outline = footprints(text_of(corners))
    other = np.array([meets(outline, read(f"circle {circle}"))[0] for circle in circles])
    assert (other == (apart_deg <= radius_deg))[clear].all()


def _separations(corners: Array, places: Array) -> Array:
    """Of places from the edges of a polygon, in degrees: astropy's, of many points along each edge."""
    starts = SkyCoord(corners, unit="deg")
    ends = SkyCoord(np.roll(corners, -1, axis=0), unit="deg")
    share = np.linspace(0, 1, 500)[:, None]
    along = starts.directional_offset_by(starts.position_angle(ends), share * starts.separation(ends))
    found = along.ravel()[:, None].separation(SkyCoord(places, unit="deg")[None])
    return np.asarray(found.deg.min(axis=0))


@given(places, places, st.floats(0, 180), st.floats(0, 180))
@settings(max_examples=40, deadline=None)
def test_circles_and_points_meet_by_their_separation(
    one: tuple[float, float], two: tuple[float, float], first: float, second: float
) -> None:
    apart = SkyCoord(*one, unit="deg").separation(SkyCoord(*two, unit="deg")).deg
    assume(abs(apart - first - second) > 1e-6 and abs(apart - first) > 1e-6)
    region = f"circle {one[0]!r} {one[1]!r} {first!r}"
    found = footprints(
        f"CIRCLE {two[0]!r} {two[1]!r} {second!r}", None, ra=_twice(two[0]), dec=_twice(two[1])
    )
    assert meets(found, read(region)).tolist() == [apart <= first + second, apart <= first]


def _twice(value: float) -> Array:
    return np.array([value, value])


@settings(max_examples=25, deadline=None)
@given(places, seeds)
def test_positions_are_inside_as_in_the_plane(at: tuple[float, float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    flat, points = star(rng, 5.0), rng.uniform(-20, 20, (200, 2))
    shape = Polygon(flat)
    clear = np.array([shape.exterior.distance(Point(point)) > 1e-6 for point in points])
    assume(shape.is_valid)
    sky = on_sky(at, points)
    found = meets(
        footprints(*[None] * len(points), ra=sky[:, 0], dec=sky[:, 1]),
        read(text_of(on_sky(at, flat), "polygon")),
    )
    assert (found == [shape.contains(Point(point)) for point in points])[clear].all()


SQUARE = "0.1 -0.1 0.1 0.1 -0.1 0.1 -0.1 -0.1"


@pytest.mark.parametrize(
    "text",
    [
        f"POLYGON {SQUARE}",
        "POLYGON -0.1 -0.1 -0.1 0.1 0.1 0.1 0.1 -0.1",
        "POLYGON 359.9 -0.1 359.9 0.1 0.1 0.1 0.1 -0.1",
        "POLYGON 359.9 -0.1 359.9 0.1 360.1 0.1 360.1 -0.1",
        "polygon j2000 359.9 -0.1 359.9 0.1 0.1 0.1 0.1 -0.1 359.9 -0.1",
    ],
)
def test_an_outline_is_the_same_however_it_is_written(text: str) -> None:
    assert meet("circle 0 0 0.001", text) == [True]
    assert meet("circle 360 0.09 0.001", text) == [True]
    assert meet("circle 180 0 1", text) == [False]
    assert meet("circle 0.5 0 0.3", text) == [False]


def test_a_cap_around_a_pole_holds_the_pole() -> None:
    ring = "POLYGON 0 80 90 80 180 80 270 80"
    assert meet("circle 45 90 0.0001", ring, ring.replace("80", "-80")) == [True, False]
    assert meet("polygon 0 89 120 89 240 89", ring) == [True]
    assert meet("polygon 0 70 120 70 240 70", ring) == [True]
    assert meet("polygon 0 -70 120 -70 240 -70", ring) == [False]


def test_inside_a_notch_is_outside() -> None:
    notched = "polygon 10 0 12 0 12 2 11 0.5 10 2"
    assert meet(notched, "CIRCLE 11 1.5 0.1", "CIRCLE 11 0.2 0.01", None) == [False, True, False]


def test_touching_counts() -> None:
    region = "polygon 10 0 11 0 11 1 10 1"
    same_edge = "POLYGON 11 0 12 0 12 1 11 1"
    same_corner = "POLYGON 11 0 12 0 12 -1 11 -1"
    beside = "POLYGON 11.000001 0 12 0 12 1 11.000001 1"
    assert meet(region, same_edge, same_corner, beside) == [True, True, False]
    assert meet("circle 10 0 1", "CIRCLE 12 0 1", "CIRCLE 12.000001 0 1") == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON 11 0 11 0 11 0",
        "POLYGON 11 0 11 0.5 11 0",
        "POLYGON 10.9 0.1 11.1 0.1 10.9 -0.1 11.1 -0.1",
        "CIRCLE 11 0 0",
    ],
)
def test_degenerate_outlines_are_lines_and_points(text: str) -> None:
    assert meet("circle 11 0 0.01", text) == [True]
    assert meet("circle 12 0 0.01", text) == [False]


def test_large_circles_reach_round_the_sky() -> None:
    assert meet("circle 0 0 170", "CIRCLE 180 0 1", "CIRCLE 180 0 11", "POLYGON 179 0 181 0 180 1") == [
        False,
        True,
        False,
    ]
    assert meet("polygon 179 0 181 0 180 1", "CIRCLE 0 0 179.9", "CIRCLE 0 0 120") == [True, False]


def test_flat_images_and_the_sky_are_each_others() -> None:
    flat = np.array([[1.0, 2.0], [-3.0, 0.5]])
    assert in_plane((10.0, 60.0), on_sky((10.0, 60.0), flat)) == pytest.approx(flat)
