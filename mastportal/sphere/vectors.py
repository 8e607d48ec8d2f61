"""Unit vectors, caps and great-circle arcs, many at a time; knows no text and no tables.

All angles here are radians unless a name says otherwise. An arc is the short way between two points.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

# A fifth of a milliarcsecond: closer than that is touching.
SLACK = 1e-9
# What fits a cap of this radius fits a hemisphere, with room for its flat image.
HEMISPHERE = np.radians(89.0)
_ROUNDS = 200


def unit_vectors(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Shape (n, 3) from two of shape (n,)."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def positions_deg(vectors: Floats) -> tuple[Floats, Floats]:
    """RA from 0 to 360 and Dec, each of shape (n,), of vectors of any length."""
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    return within_turn_deg(np.degrees(np.arctan2(y, x))), np.degrees(np.arctan2(z, np.hypot(x, y)))


def within_turn_deg(ra_deg: Floats) -> Floats:
    """RA from 0 to below 360."""
    turned = np.mod(ra_deg, 360.0)
    # The remainder of a tiny negative angle rounds up to the whole turn.
    return np.where(turned >= 360.0, 0.0, turned)


def lengths(vectors: Floats) -> Floats:
    """The last axis gone. Faster than the general norm on many short vectors."""
    found: Floats = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return found


def dots(a: Floats, b: Floats) -> Floats:
    found: Floats = np.einsum("...i,...i->...", a, b)
    return found


def cross(a: Floats, b: Floats) -> Floats:
    """Of (…, 3) and (…, 3); numpy's own is several times slower on many short vectors."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def angles(a: Floats, b: Floats) -> Floats:
    """Between unit vectors; exact for the smallest angles and for those near 180 degrees."""
    return 2.0 * np.arctan2(lengths(a - b), lengths(a + b))


def poles(a: Floats, b: Floats) -> Floats:
    """The cross product a × b of neighbouring points without loss of digits."""
    return 0.5 * cross(a + b, b - a)


def arc_distances(points: Floats, a: Floats, b: Floats) -> Floats:
    """From points to the arcs a-b; the shapes (…, 3) are broadcast. An arc may be a single point."""
    pole = poles(a, b)
    length = lengths(pole)
    pole = pole / np.where(length > 0, length, 1.0)[..., None]
    beside = (dots(cross(pole, a), points) >= 0) & (dots(cross(b, pole), points) >= 0) & (length > 0)
    across = np.abs(np.arcsin(np.clip(dots(pole, points - a), -1.0, 1.0)))
    return np.where(beside, across, np.minimum(angles(a, points), angles(b, points)))


def arcs_cross(a: Floats, b: Floats, c: Floats, d: Floats) -> Mask:
    """Whether arc a-b and arc c-d cross in the inside of both; shapes (…, 3) are broadcast."""
    ab, cd = poles(a, b), poles(c, d)
    acb, bda = -dots(ab, c - a), dots(ab, d - a)
    cbd, dac = -dots(cd, b - c), dots(cd, a - c)
    crossing: Mask = (acb * bda > 0) & (acb * cbd > 0) & (acb * dac > 0)
    return crossing


def flat_axes(centre: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors that span the tangent plane of each centre (n, 3)."""
    north = np.where(np.abs(centre[..., 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    east = cross(north, centre)
    east = east / lengths(east)[..., None]
    return east, cross(centre, east)


def caps_around(vectors: Floats, start: Ints) -> tuple[Floats, Floats]:
    """A cap around each run of vectors: centres (n, 3) and radii (n,); `start` (n,) is where the runs begin.

    Not always the smallest cap, but below a hemisphere wherever there is one (to 1 degree).
    """
    if not len(start):
        return np.empty((0, 3)), np.empty(0)
    size = np.diff(np.append(start, len(vectors)))
    centre = _normed(np.add.reduceat(vectors, start, axis=0))
    radius = _farthest(vectors, start, size, centre)
    wide = np.flatnonzero(radius > HEMISPHERE / 2)
    if len(wide):
        begin, inside = runs(start[wide], size[wide])
        centre[wide] = _tightened(vectors[inside], begin, size[wide], centre[wide])
        radius[wide] = _farthest(vectors[inside], begin, size[wide], centre[wide])
    return centre, radius


def runs(start: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Where chosen runs begin when put behind each other, and the places of all their members."""
    begin = (np.cumsum(size) - size).astype(np.int64)
    return begin, np.arange(int(size.sum())) - np.repeat(begin - start, size)


def _normed(vectors: Floats) -> Floats:
    length = lengths(vectors)[:, None]
    return np.where(length > SLACK, vectors / np.maximum(length, SLACK), [0.0, 0.0, 1.0])


def _farthest(vectors: Floats, start: Ints, size: Ints, centre: Floats) -> Floats:
    found: Floats = np.maximum.reduceat(angles(np.repeat(centre, size, axis=0), vectors), start)
    return found


def _tightened(vectors: Floats, start: Ints, size: Ints, centre: Floats) -> Floats:
    """Centres moved step by step towards their farthest vector (Bădoiu and Clarkson)."""
    run = np.repeat(np.arange(len(start)), size)
    middle = np.add.reduceat(vectors, start, axis=0) / size[:, None]
    best, least = centre, np.minimum.reduceat(dots(centre[run], vectors), start)
    for n in range(1, _ROUNDS):
        height = dots(_normed(middle)[run], vectors)
        lowest = np.minimum.reduceat(height, start)
        better = lowest > least
        best, least = np.where(better[:, None], _normed(middle), best), np.where(better, lowest, least)
        flat = lengths(vectors - middle[run])
        farthest = np.flatnonzero(flat == np.maximum.reduceat(flat, start)[run])
        chosen = farthest[np.unique(run[farthest], return_index=True)[1]]
        middle = middle + (vectors[chosen] - middle) / (n + 1)
    return best
