"""Regions of the sky that a person asks for, read from text and checked; knows no footprints, no tables."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from mastportal.sphere.vectors import (
    HEMISPHERE,
    SLACK,
    Floats,
    Ints,
    Mask,
    angles,
    arc_distances,
    arcs_cross,
    caps_around,
    dots,
    flat_axes,
    positions_deg,
    unit_vectors,
)

CORNERS_MOST = 500
RA_LEAST_DEG, RA_MOST_DEG = -360.0, 720.0
_PAIRS_AT_ONCE = 1_000_000
_FORMS = "“circle RA Dec radius” or “polygon RA Dec RA Dec RA Dec …”, in degrees"


class BadRegion(ValueError):
    """A text is no region; the message is a sentence for the person who wrote it."""


@dataclass(frozen=True)
class Circle:
    """All within `radius` (radians) of `centre` (3,); one of no radius is a point."""

    centre: Floats
    radius: float

    @property
    def cap_centre(self) -> Floats:
        return self.centre

    @property
    def cap_radius(self) -> float:
        return self.radius

    def distances(self, points: Floats) -> Floats:
        """How far points (n, 3) are from the region's edge: negative inside, in radians."""
        return angles(points, self.centre) - self.radius


@dataclass(frozen=True)
class Polygon:
    """The small side of `corners` (n, 3) joined by great circles; simple, and within a hemisphere."""

    corners: Floats

    @cached_property
    def ends(self) -> Floats:
        """The end of the edge that begins at each corner."""
        return np.roll(self.corners, -1, axis=0)

    @cached_property
    def _cap(self) -> tuple[Floats, Floats]:
        return caps_around(self.corners, np.zeros(1, dtype=np.int64))

    @property
    def cap_centre(self) -> Floats:
        centre: Floats = self._cap[0][0]
        return centre

    @property
    def cap_radius(self) -> float:
        return float(self._cap[1][0])

    def distances(self, points: Floats) -> Floats:
        """How far points (n, 3) are from the region's edge: negative inside, in radians."""
        found = np.empty(len(points))
        step = max(1, _PAIRS_AT_ONCE // len(self.corners))
        for first in range(0, len(points), step):
            some = points[first : first + step, None, :]
            edge = arc_distances(some, self.corners, self.ends).min(axis=1)
            found[first : first + step] = np.where(self.inside(points[first : first + step]), -edge, edge)
        return found

    def inside(self, points: Floats) -> Mask:
        """Which of the points (n, 3) are inside; those on an edge may be either."""
        centre = self.cap_centre[None]
        flat = flat_image(self.corners, centre)
        return encloses(flat[None], np.roll(flat, -1, axis=0)[None], flat_image(points, centre)[:, None]) & (
            dots(points, centre) > 0
        )


Region: TypeAlias = Circle | Polygon


def flat_image(points: Floats, centre: Floats) -> Floats:
    """Points (n, 3) in the plane that touches the sphere at their centre (n, 3) or (1, 3): shape (n, 2).

    Great circles are straight lines there. Points not before that plane have no image: what is told of them
    is meaningless.
    """
    east, north = flat_axes(centre)
    height = dots(points, centre)
    height = np.where(height > 0, height, 1.0)
    return np.stack([dots(points, east) / height, dots(points, north) / height], axis=-1)


def turns(a: Floats, b: Floats, point: Floats) -> Ints:
    """+1 or -1 for each flat edge a-b (…, 2) that goes up or down across the ray to the point's right."""
    side = (a[..., 0] - point[..., 0]) * (b[..., 1] - point[..., 1]) - (b[..., 0] - point[..., 0]) * (
        a[..., 1] - point[..., 1]
    )
    a_below, b_below = a[..., 1] <= point[..., 1], b[..., 1] <= point[..., 1]
    found: Ints = (a_below & ~b_below & (side > 0)).astype(np.int64) - (b_below & ~a_below & (side < 0))
    return found


def encloses(a: Floats, b: Floats, point: Floats) -> Mask:
    """Whether the flat edges on the last but one axis go round the point."""
    going_round: Mask = turns(a, b, point).sum(axis=-1) != 0
    return going_round


def read(text: str) -> Region:
    """A region from `circle ra dec radius` or `polygon ra dec ra dec …` (degrees, ICRS). Raises BadRegion."""
    shape, *words = text.replace(",", " ").split() or [""]
    readers: dict[str, Callable[[list[float]], Region]] = {"circle": _circle, "polygon": _polygon}
    reader = readers.get(shape.casefold())
    if reader is None:
        raise BadRegion(f"A region of the sky is written {_FORMS}.")
    if words and words[0].casefold() in {"icrs", "j2000"}:
        words = words[1:]
    if len(words) > 2 * CORNERS_MOST:
        raise BadRegion(f"A region has at most {CORNERS_MOST} corners.")
    return reader([_number(word) for word in words])


def _number(word: str) -> float:
    try:
        value = float(word) if word.isascii() and "_" not in word else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRegion(f"A region of the sky takes numbers in degrees, not “{word[:40]}”.")
    return value


def _checked(ra_deg: Floats, dec_deg: Floats) -> Floats:
    if ((ra_deg < RA_LEAST_DEG) | (ra_deg > RA_MOST_DEG)).any():
        raise BadRegion("A region's RA must be from 0 to 360 degrees.")
    if (np.abs(dec_deg) > 90).any():
        raise BadRegion("A region's Dec must be from −90 to 90 degrees.")
    return unit_vectors(ra_deg, dec_deg)


def _circle(numbers: list[float]) -> Circle:
    if len(numbers) != 3:
        raise BadRegion("A circle takes three numbers: RA, Dec and radius in degrees.")
    ra_deg, dec_deg, radius_deg = numbers
    if not 0 <= radius_deg <= 180:
        raise BadRegion("A circle's radius must be from 0 to 180 degrees.")
    return Circle(_checked(np.array([ra_deg]), np.array([dec_deg]))[0], math.radians(radius_deg))


def _polygon(numbers: list[float]) -> Polygon:
    if len(numbers) % 2:
        raise BadRegion("A polygon takes pairs of RA and Dec; one number is left over.")
    pairs = np.array(numbers).reshape(-1, 2)
    corners = _checked(pairs[:, 0], pairs[:, 1])
    if len(corners):
        corners = corners[angles(corners, np.roll(corners, 1, axis=0)) > SLACK]
    if len(corners) < 3:
        raise BadRegion("A polygon needs at least three different corners.")
    found = Polygon(corners)
    if found.cap_radius > HEMISPHERE:
        raise BadRegion("A polygon must fit into a hemisphere; draw a smaller one or a circle.")
    if _crosses_itself(found):
        raise BadRegion("A polygon's edges must neither cross nor touch each other.")
    return found


def _crosses_itself(polygon: Polygon) -> bool:
    """Whether any two edges meet but where one ends and the next begins."""
    a, b = polygon.corners, polygon.ends
    number = np.arange(len(a))
    first, second = np.triu_indices(len(a), 1)
    joined = (first + 1) % len(a) == second
    joined |= (second + 1) % len(a) == first
    c, d, e, f = a[first[~joined]], b[first[~joined]], a[second[~joined]], b[second[~joined]]
    if arcs_cross(c, d, e, f).any():
        return True
    touching = [
        arc_distances(c, e, f),
        arc_distances(d, e, f),
        arc_distances(e, c, d),
        arc_distances(f, c, d),
    ]
    if any((distance <= SLACK).any() for distance in touching):
        return True
    # An edge that runs back over the one before it; of a triangle no two edges are apart.
    before, after = a[number - 1], b
    folded = (arc_distances(before, a, after) <= SLACK) | (arc_distances(after, before, a) <= SLACK)
    return bool(folded.any())


def words(text: str) -> str:
    """A region's text as a person reads it. Raises BadRegion."""
    region = read(text)
    ra_deg, dec_deg = positions_deg(region.cap_centre)
    where = f"RA {ra_deg:.4f}°, Dec {dec_deg:+.4f}°".replace("-", "−")
    if isinstance(region, Circle):
        return f"within {_extent(math.degrees(region.radius))} of {where}"
    return f"polygon of {len(region.corners)} corners around {where}"


def _extent(radius_deg: float) -> str:
    if radius_deg >= 1:
        return f"{radius_deg:.4g}°"
    return f"{radius_deg * 60:.4g}′" if radius_deg >= 1 / 60 else f"{radius_deg * 3600:.4g}″"
