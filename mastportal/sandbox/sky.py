"""Footprints on the sphere: does one touch a circle, and how far is it. Knows nothing of tables or HTTP.

Edges are great circles. A row whose region cannot be read counts by its position alone.
"""

import numpy as np

from .regions import Floats, Shapes

# Rounding in nine decimals of a degree is a third of a milliarcsecond; anything below that is touching.
SLACK_RAD = 1e-9


def unit_vectors(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Shape (n, 3)."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def angles(a: Floats, b: Floats) -> Floats:
    """Angles in radians between unit vectors, exact for small and for large ones."""
    crossed = np.linalg.norm(np.cross(a, b), axis=-1)
    found: Floats = np.arctan2(crossed, (a * b).sum(axis=-1))
    return found


class Footprints:
    """All rows' footprints, with a bounding cap each so that a circle looks closely at few of them."""

    def __init__(self, shapes: Shapes, ra_deg: Floats, dec_deg: Floats) -> None:
        self._shapes = shapes
        self._num_rows = len(ra_deg)
        self._vertices = unit_vectors(shapes.vertex_ra_deg, shapes.vertex_dec_deg)
        self._cap_centre, self._cap_radius = _caps(self._vertices, shapes)
        self._circle_centre = unit_vectors(shapes.circle[:, 0], shapes.circle[:, 1])
        self._circle_radius = np.radians(shapes.circle[:, 2])
        has_shape = np.zeros(self._num_rows, dtype=bool)
        has_shape[shapes.polygon_row] = True
        has_shape[shapes.circle_row] = True
        self._point_row = np.flatnonzero(~has_shape & np.isfinite(ra_deg) & np.isfinite(dec_deg))
        self._points = unit_vectors(ra_deg[self._point_row], dec_deg[self._point_row])

    def within(self, ra_deg: float, dec_deg: float, radius_deg: float) -> tuple[np.ndarray, Floats]:
        """Rows touching the circle, ascending, and their distance in arcsec from its centre (0 inside)."""
        centre = unit_vectors(np.array(ra_deg), np.array(dec_deg))
        radius = np.radians(radius_deg)
        nearest = np.full(self._num_rows, np.inf)
        for rows, distances in (
            self._polygons(centre, radius),
            (
                self._shapes.circle_row,
                np.maximum(angles(self._circle_centre, centre) - self._circle_radius, 0),
            ),
            (self._point_row, angles(self._points, centre)),
        ):
            np.minimum.at(nearest, rows, distances)
        touching = np.flatnonzero(nearest <= radius + SLACK_RAD)
        return touching, np.degrees(nearest[touching]) * 3600

    def _polygons(self, centre: Floats, radius: float) -> tuple[np.ndarray, Floats]:
        reach = np.minimum(self._cap_radius + radius + SLACK_RAD, np.pi)
        near = np.flatnonzero(self._cap_centre @ centre >= np.cos(reach))
        size = self._shapes.polygon_size[near]
        start = self._shapes.polygon_start[near]
        if not len(near):
            return near, np.empty(0)
        first = np.concatenate([[0], np.cumsum(size)[:-1]])
        place = np.arange(size.sum()) - np.repeat(first, size)
        a = self._vertices[np.repeat(start, size) + place]
        b = self._vertices[np.repeat(start, size) + (place + 1) % np.repeat(size, size)]
        distance = np.minimum.reduceat(arc_distances(a, b, centre), first)
        turned = np.abs(np.add.reduceat(_turns(a, b, centre), first)) > np.pi
        # Seen from its antipode a polygon turns all the way round too.
        inside = turned & (self._cap_centre[near] @ centre >= np.cos(self._cap_radius[near]) - SLACK_RAD)
        return self._shapes.polygon_row[near], np.where(inside, 0.0, distance)


def _caps(vertices: Floats, shapes: Shapes) -> tuple[Floats, Floats]:
    if not len(shapes.polygon_start):
        return np.empty((0, 3)), np.empty(0)
    centre = np.add.reduceat(vertices, shapes.polygon_start, axis=0)
    length = np.linalg.norm(centre, axis=1, keepdims=True)
    centre = np.where(length > SLACK_RAD, centre / np.maximum(length, SLACK_RAD), [0.0, 0.0, 1.0])
    widest = angles(np.repeat(centre, shapes.polygon_size, axis=0), vertices)
    radius = np.maximum.reduceat(widest, shapes.polygon_start)
    # The arc between two corners stays in their cap only while the cap is less than a hemisphere.
    return centre, np.where(radius < np.pi / 2, radius, np.pi)


def arc_distances(a: Floats, b: Floats, point: Floats) -> Floats:
    """Radians from a point to each great-circle arc a-b."""
    normal = np.cross(a, b)
    length = np.linalg.norm(normal, axis=1)
    is_arc = length > 1e-15
    normal = normal / np.where(is_arc, length, 1)[:, None]
    beside = (np.cross(normal, a) @ point >= 0) & (np.cross(b, normal) @ point >= 0) & is_arc
    across = np.abs(np.arcsin(np.clip(normal @ point, -1, 1)))
    found: Floats = np.where(beside, across, np.minimum(angles(a, point), angles(b, point)))
    return found


def _turns(a: Floats, b: Floats, point: Floats) -> Floats:
    """How far, in signed radians, each edge turns around the point; a closed way around adds up to 2 pi."""
    north = np.array([0.0, 0.0, 1.0]) if abs(point[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    east = np.cross(north, point)
    east /= np.linalg.norm(east)
    up = np.cross(point, east)
    turn = np.arctan2(b @ up, b @ east) - np.arctan2(a @ up, a @ east)
    found: Floats = (turn + np.pi) % (2 * np.pi) - np.pi
    return found
