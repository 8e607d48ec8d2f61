"""Outlines of observations as MAST writes them, STC-S texts in ICRS degrees. Imports nothing of ours."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


def corners_deg(
    ra_deg: Floats, dec_deg: Floats, width_deg: Floats, height_deg: Floats, angle_deg: Floats
) -> tuple[Floats, Floats]:
    """Corners (n, 4) of rectangles on the sphere; exact also across RA 0 and at a pole (gnomonic)."""
    angle = np.radians(angle_deg)[:, None]
    x = np.radians(_CORNERS[:, 0] * width_deg[:, None])
    y = np.radians(_CORNERS[:, 1] * height_deg[:, None])
    east = x * np.cos(angle) + y * np.sin(angle)
    north = -x * np.sin(angle) + y * np.cos(angle)
    ra, dec = np.radians(ra_deg)[:, None], np.radians(dec_deg)[:, None]
    toward = np.cos(dec) - north * np.sin(dec)
    new_ra = ra + np.arctan2(east, toward)
    new_dec = np.arctan2(np.sin(dec) + north * np.cos(dec), np.hypot(east, toward))
    return np.degrees(new_ra) % 360.0, np.degrees(new_dec)


def polygons(ra_deg: Floats, dec_deg: Floats, words: Sequence[str]) -> list[str]:
    """One text per row of corner arrays (n, 4), each begun by its words (`POLYGON ICRS`)."""
    interleaved = np.stack([ra_deg, dec_deg], axis=-1).reshape(len(ra_deg), -1).tolist()
    form = "%s " + " ".join(["%.9f"] * 8)
    return [form % (word, *row) for word, row in zip(words, interleaved, strict=True)]


def circle(ra_deg: float, dec_deg: float, radius_deg: float) -> str:
    return f"CIRCLE ICRS {ra_deg:.8f} {dec_deg:.8f} {radius_deg:.6f}"
