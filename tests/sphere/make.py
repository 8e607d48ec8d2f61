"""Shapes for the tests of this room, made in the plane that touches the sky at a place, and drawn onto it."""

import numpy as np
from astropy.wcs import WCS
from hypothesis import strategies as st
from numpy.typing import NDArray

from mastportal.sphere.footprints import Footprints

Array = NDArray[np.float64]

PLACES = [(0.0, 0.0), (359.9999, 30.0), (123.4, -45.0), (10.0, 89.99), (77.0, 90.0), (200.0, -90.0)]
places = st.sampled_from(PLACES) | st.tuples(st.floats(0, 360), st.floats(-90, 90))


def plane(ra_deg: float, dec_deg: float) -> WCS:
    """The tangent plane at a place, by astropy: one unit is a degree in the middle."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra_deg, dec_deg]
    wcs.wcs.crpix = [0.0, 0.0]
    wcs.wcs.cdelt = [1.0, 1.0]
    return wcs


def on_sky(at: tuple[float, float], flat: Array) -> Array:
    """RA and Dec (n, 2) of points (n, 2) in the plane at a place."""
    return np.asarray(plane(*at).all_pix2world(flat, 0))


def in_plane(at: tuple[float, float], sky: Array) -> Array:
    return np.asarray(plane(*at).all_world2pix(sky, 0))


seeds = st.integers(0, 2**32 - 1)


def star(rng: np.random.Generator, size: float, apart: float = 2.0) -> Array:
    """A simple polygon (n, 2) in a plane, seldom convex: its corners go round a middle at any distance."""
    steps = rng.uniform(0.2, 1, rng.integers(3, 10))
    turn = np.cumsum(steps) / steps.sum() * 2 * np.pi + rng.uniform(0, 7)
    out = rng.uniform(0.1, 1, len(turn)) * size * rng.choice([0.02, 0.3, 1.0])
    middle = rng.uniform(-apart, apart, 2) * size
    flat = middle + out[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return flat[:: rng.choice([1, -1])]


def text_of(sky: Array, word: str = "POLYGON ICRS") -> str:
    return word + " " + " ".join(f"{value:.12f}" for value in sky.ravel())


def footprints(*texts: str | None, ra: Array | None = None, dec: Array | None = None) -> Footprints:
    nowhere = np.full(len(texts), np.nan)
    return Footprints.of(texts, nowhere if ra is None else ra, nowhere if dec is None else dec)
