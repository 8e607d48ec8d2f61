"""Regions a person asks for: what they say of themselves, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from shapely.geometry import Polygon as Flat

from mastportal.sphere.regions import BadRegion, read, words
from tests.sphere.make import on_sky, places, seeds, star, text_of


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("circle 10 -5 2", "within 2° of RA 10.0000°, Dec −5.0000°"),
        ("circle -10 5 0.5", "within 30′ of RA 350.0000°, Dec +5.0000°"),
        ("CIRCLE ICRS 370,5,0.001", "within 3.6″ of RA 10.0000°, Dec +5.0000°"),
        ("circle 1 2 0", "within 0″ of RA 1.0000°, Dec +2.0000°"),
        ("polygon 359 0 1 0 1 1 359 1 359 0", "polygon of 4 corners around RA 0.0000°, Dec +0.5001°"),
    ],
)
def test_a_region_in_words(text: str, told: str) -> None:
    assert words(text) == told


@pytest.mark.parametrize("size", [1e-4, 1.0, 30.0])
@settings(max_examples=20, deadline=None)
@given(places, seeds)
def test_simple_polygons_are_read_and_crossing_ones_refused(
    size: float, at: tuple[float, float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    flats = [star(rng, size, 0.5), rng.uniform(-size, size, (5, 2))]
    for flat in flats:
        shape = Flat(flat)
        text = text_of(on_sky(at, flat), "polygon")
        if shape.is_valid and shape.buffer(-1e-6 * size).area > 0:
            assert len(read(text).corners) == len(flat)
        elif not shape.is_valid:
            with pytest.raises(BadRegion, match="cross nor touch"):
                read(text)


@pytest.mark.parametrize(
    "text",
    [
        "polygon 0 0 1 0 1 1 0 1 0.5 0",  # a corner on another edge
        "polygon 0 0 2 0 1 0 1 1",  # back along the same edge
        "polygon 0 0 1 1 0 0 1 0",  # twice the same corner
    ],
)
def test_edges_that_touch_are_refused(text: str) -> None:
    with pytest.raises(BadRegion, match="cross nor touch"):
        read(text)


def test_a_region_knows_how_far_a_place_is_from_its_edge() -> None:
    square = read("polygon 10 -1 12 -1 12 1 10 1")
    corner = np.radians([[11.0, 0.0], [13.0, 0.0], [191.0, 0.0]])
    points = np.stack([np.cos(corner[:, 0]), np.sin(corner[:, 0]), corner[:, 1]], axis=-1)
    assert np.degrees(square.distances(points)) == pytest.approx([-1, 1, 180 - 2**0.5], abs=1e-3)
