"""Outlines on the sphere."""

import numpy as np
import pytest

from mastportal.sandbox.outlines import circle, corners_deg, polygons


def corners(
    ra: float, dec: float, width: float = 0.1, height: float = 0.05, angle: float = 30.0
) -> np.ndarray:
    arrays = [np.array([value]) for value in (ra, dec, width, height, angle)]
    new_ra, new_dec = corners_deg(*arrays)
    return np.stack([new_ra[0], new_dec[0]], axis=-1)


def distance_deg(one: np.ndarray, ra: float, dec: float) -> np.ndarray:
    lon1, lat1, lon2, lat2 = np.radians([one[:, 0], one[:, 1], np.full(4, ra), np.full(4, dec)])
    cosine = np.sin(lat1) * np.sin(lat2) + np.cos(lat1) * np.cos(lat2) * np.cos(lon1 - lon2)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.mark.parametrize(
    ("ra", "dec"), [(10, 0), (0.001, -12), (359.999, 45), (200, 89.99), (30, -90), (120, 60)]
)
def test_corners_lie_half_a_diagonal_from_the_centre(ra: float, dec: float) -> None:
    assert distance_deg(corners(ra, dec), ra, dec) == pytest.approx(np.hypot(0.1, 0.05) / 2, rel=1e-4)


def test_an_outline_may_cross_ra_zero() -> None:
    ra = corners(0.0, -12.4)[:, 0]
    assert (ra < 1).any()
    assert (ra > 359).any()


def test_an_outline_may_hold_a_pole() -> None:
    found = corners(268.0, 89.999)
    assert (found[:, 1] < 90).all()
    assert np.ptp(found[:, 0]) > 180


def test_texts_are_mast_s() -> None:
    found = corners(10.0, 20.0)
    text = polygons(found[None, :, 0], found[None, :, 1], ["POLYGON ICRS"])[0]
    assert text.startswith("POLYGON ICRS ")
    assert len(text.split()) == 2 + 8
    assert circle(10.0, -20.0, 0.5) == "CIRCLE ICRS 10.00000000 -20.00000000 0.500000"
