"""Footprints against circles: the sandbox's great-circle arithmetic beside a projection cut by shapely."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.sandbox.regions import parse_regions
from mastportal.sandbox.sky import Footprints, arc_distances, unit_vectors


def footprints(regions: list[str | None], positions: list[tuple[float, float]] | None = None) -> Footprints:
    ra, dec = np.array(positions or [(np.nan, np.nan)] * len(regions), dtype=float).T
    return Footprints(parse_regions(pa.chunked_array([pa.array(regions, pa.string())])), ra, dec)


def polygon(corners: list[tuple[float, float]]) -> str:
    return "POLYGON ICRS " + " ".join(f"{ra:.9f} {dec:.9f}" for ra, dec in corners)


def distance_by_projection(corners: list[tuple[float, float]], ra: float, dec: float) -> float:
    """Degrees from a point to a polygon: its edges cut finely on the sphere, laid flat around the point."""
    points = SkyCoord([c[0] for c in corners], [c[1] for c in corners], unit="deg").cartesian.xyz.value.T
    steps = np.linspace(0, 1, 400, endpoint=False)[:, None]
    ring = np.vstack([a + steps * (b - a) for a, b in zip(points, np.roll(points, -1, axis=0), strict=True)])
    on_sky = SkyCoord(*ring.T, representation_type="cartesian").spherical
    sky = SkyCoord(on_sky.lon, on_sky.lat)
    centre = SkyCoord(ra, dec, unit="deg")
    away, angle = centre.separation(sky).deg, centre.position_angle(sky).rad
    flat = shapely.Polygon(np.column_stack([away * np.sin(angle), away * np.cos(angle)]))
    return float(flat.distance(shapely.Point(0, 0)))


def tilted_square(ra: float, dec: float, half_deg: float, turn_deg: float) -> list[tuple[float, float]]:
    centre = SkyCoord(ra, dec, unit="deg")
    corners = [centre.directional_offset_by((turn_deg + k * 90) * u.deg, half_deg * u.deg) for k in range(4)]
    return [(float(c.ra.deg), float(c.dec.deg)) for c in corners]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 359.9), st.floats(-89.5, 89.5), st.floats(0.01, 4), st.floats(0, 90),
    st.floats(0, 360), st.floats(0, 8),
)  # fmt: skip
def test_distance_to_a_polygon(
    ra: float, dec: float, half: float, turn: float, bearing: float, away: float
) -> None:
    corners = tilted_square(ra, dec, half, turn)
    seen_from = SkyCoord(ra, dec, unit="deg").directional_offset_by(bearing * u.deg, away * u.deg)
    point = float(seen_from.ra.deg), float(seen_from.dec.deg)
    expected = distance_by_projection(corners, *point)
    rows, distance = footprints([polygon(corners)]).within(*point, 90)
    assert rows.tolist() == [0]
    assert distance[0] / 3600 == pytest.approx(expected, abs=2e-4)


def test_a_circle_touches_footprints_and_not_only_centres() -> None:
    square = polygon([(10, 0), (10.2, 0), (10.2, 0.2), (10, 0.2)])
    held = footprints([square], [(10.1, 0.1)])
    assert held.within(9.95, 0.1, 0.051)[0].tolist() == [0]
    assert held.within(9.95, 0.1, 0.049)[0].tolist() == []


def test_a_point_inside_has_distance_zero() -> None:
    held = footprints([polygon([(10, 0), (11, 0), (11, 1), (10, 1)])])
    rows, distance = held.within(10.3, 0.7, 0.0)
    assert (rows.tolist(), distance.tolist()) == ([0], [0.0])


def test_edges_are_great_circles() -> None:
    """At declination 60 the great circle between two corners runs well north of the parallel."""
    held = footprints([polygon([(0, 60), (40, 60), (40, 50), (0, 50)])])
    assert held.within(20, 61.0, 0.0)[0].tolist() == [0]
    assert held.within(20, 62.0, 0.1)[0].tolist() == []


@pytest.mark.parametrize("dec", [89.9, -89.9])
def test_a_pole_inside(dec: float) -> None:
    corners = [(0, 89), (90, 89), (180, 89), (270, 89)]
    sign = 1 if dec > 0 else -1
    held = footprints([polygon([(ra, sign * d) for ra, d in corners])])
    assert held.within(123, dec, 0.0)[0].tolist() == [0]
    assert held.within(123, -dec, 0.0)[0].tolist() == []


def test_across_the_meridian_and_negative_longitudes() -> None:
    around = polygon([(359.9, -0.1), (0.1, -0.1), (0.1, 0.1), (359.9, 0.1)])
    negative = polygon([(-0.1, -0.1), (0.1, -0.1), (0.1, 0.1), (-0.1, 0.1)])
    held = footprints([around, negative])
    for ra in (0.0, 359.95, -0.05, 360.0):
        assert held.within(ra, 0.0, 0.0)[0].tolist() == [0, 1]
    assert held.within(180.0, 0.0, 1.0)[0].tolist() == []


def test_circles() -> None:
    held = footprints(["CIRCLE ICRS 17.7 -58.4 0.625", "CIRCLE 100 20 0.1"])
    rows, distance = held.within(17.7, -59.2, 0.2)
    assert rows.tolist() == [0]
    assert distance[0] == pytest.approx(0.175 * 3600, abs=0.1)


def test_without_footprint_the_position_counts() -> None:
    held = footprints([None, "", "rubbish 1 2"], [(50, 10), (50, 10.05), (70, 0)])
    assert held.within(50, 10, 0.1)[0].tolist() == [0, 1]
    assert held.within(70, 0, 0.0)[0].tolist() == [2]


def test_neither_footprint_nor_position_never_counts() -> None:
    assert footprints([None]).within(0, 0, 180)[0].tolist() == []


def test_the_nearest_of_several_shapes_counts() -> None:
    two = polygon([(10, 0), (11, 0), (11, 1), (10, 1)]) + " " + polygon([(20, 0), (21, 0), (21, 1), (20, 1)])
    held = footprints([two])
    assert held.within(20.5, 0.5, 0.0)[0].tolist() == [0]
    assert held.within(10.5, 0.5, 0.0)[0].tolist() == [0]
    assert held.within(15.0, 0.5, 1.0)[0].tolist() == []


def test_a_repeated_corner_is_no_edge() -> None:
    point = unit_vectors(np.array(10.0), np.array(1.0))
    corner = unit_vectors(np.array([10.0]), np.array([0.0]))
    assert np.degrees(arc_distances(corner, corner, point))[0] == pytest.approx(1.0)


def test_rows_come_in_order_and_once() -> None:
    square = polygon([(10, 0), (11, 0), (11, 1), (10, 1)])
    held = footprints([square + " " + square, None, square], [(0, 0), (10.5, 0.5), (0, 0)])
    assert held.within(10.5, 0.5, 0.3)[0].tolist() == [0, 1, 2]


def test_half_a_million_footprints_answer_at_once() -> None:
    """The caps leave few to look at: three questions in well under a second."""
    rng = np.random.default_rng(4)
    ra, dec = rng.uniform(0, 360, 100_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 100_000)))
    texts = [
        f"POLYGON {a} {d} {a + 0.05} {d} {a + 0.05} {d + 0.05} {a} {d + 0.05}"
        for a, d in zip(ra, dec, strict=True)
    ]
    held = footprints(texts * 5, list(zip(ra, dec, strict=True)) * 5)
    near = SkyCoord(83.6, 22.0, unit="deg").separation(SkyCoord(ra, dec, unit="deg")).deg
    for radius in (0.1, 1.0, 5.0):
        found = len(held.within(83.6, 22.0, radius)[0])
        assert 5 * np.count_nonzero(near <= radius) <= found <= 5 * np.count_nonzero(near <= radius + 0.08)
