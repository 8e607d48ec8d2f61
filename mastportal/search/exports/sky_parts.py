"""What generated scripts bring along to filter by a region of the sky; the portal itself reads it as text.

Never imported outside tests. The portal's own test is `sphere`, which is quicker and longer.
"""

import numpy as np
from astropy.table import Table
from numpy.typing import NDArray

from mastportal.search.exports.parts import numbers, texts

Vectors = NDArray[np.float64]
Shape = tuple[str, Vectors, float]


def meets_region(table: Table, region: str) -> NDArray[np.bool_]:
    """Where the footprint meets the region, or the position lies in it where there is no footprint."""
    (wanted,) = shapes_of(region)
    outlines = texts(table, "s_region")
    ra_name, dec_name = ("s_ra", "s_dec") if "s_ra" in table.colnames else ("targ_ra", "targ_dec")
    found = []
    for outline, ra, dec in zip(outlines, numbers(table, ra_name), numbers(table, dec_name), strict=True):
        position = [] if np.isnan(ra + dec) else [("CIRCLE", unit_vectors([ra], [dec]), 0.0)]
        found.append(any(shapes_meet(shape, wanted) for shape in shapes_of(outline or "") or position))
    return np.array(found, bool)


def shapes_of(outline: str) -> list[Shape]:
    """The circles and polygons of an s_region (degrees, ICRS): vectors of their corners or middle, radius."""
    shapes: list[tuple[str, list[float]]] = []
    try:
        for word in outline.replace("(", " ").replace(")", " ").replace(",", " ").upper().split():
            if word in {"CIRCLE", "POLYGON"}:
                shapes.append((word, []))
            elif word not in {"ICRS", "J2000", "FK5", "UNION", "TOPOCENTER", "GEOCENTER", "BARYCENTER"}:
                shapes[-1][1].append(float(word))
    except (ValueError, IndexError):
        return []
    found: list[Shape] = []
    for kind, values in shapes:
        if kind == "CIRCLE" and len(values) == 3:
            found.append((kind, unit_vectors(values[:1], values[1:2]), np.radians(values[2])))
        elif kind == "POLYGON" and len(values) % 2 == 0 and len(values) >= 6:
            corners = unit_vectors(values[::2], values[1::2])
            is_closed = np.allclose(corners[0], corners[-1], rtol=0, atol=1e-12)
            found.append((kind, corners[:-1] if is_closed else corners, 0.0))
        else:
            return []
    return found


def unit_vectors(ra_deg: list[float], dec_deg: list[float]) -> Vectors:
    """Shape (n, 3)."""
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def shapes_meet(one: Shape, other: Shape) -> bool:
    """Whether two shapes have a point in common."""
    if one[0] == "POLYGON" and other[0] == "CIRCLE":
        one, other = other, one
    (kind, a, radius), (other_kind, b, other_radius) = one, other
    if other_kind == "CIRCLE":
        return bool(angles(a[0], b[0]) <= radius + other_radius)
    if kind == "CIRCLE":
        return is_inside(a[0], b) or bool(arc_distances(a[0], b).min() <= radius)
    return is_inside(a[0], b) or is_inside(b[0], a) or edges_cross(a, b)


def angles(a: Vectors, b: Vectors) -> Vectors:
    """Between unit vectors, in radians."""
    across = np.linalg.norm(np.cross(a, b), axis=-1)
    between: Vectors = np.arctan2(across, (a * b).sum(axis=-1))
    return between


def is_inside(point: Vectors, corners: Vectors) -> bool:
    """Whether the corners, joined by great circles, go round the point: their turns around it are summed."""
    middle = corners.sum(axis=0)
    if point @ middle <= 0:
        return False
    towards = corners - np.outer(corners @ point, point)
    after = np.roll(towards, -1, axis=0)
    turns = np.arctan2(np.cross(towards, after) @ point, (towards * after).sum(axis=1))
    return bool(abs(turns.sum()) > np.pi)


def arc_distances(point: Vectors, corners: Vectors) -> Vectors:
    """From a point to each edge of a polygon, in radians."""
    ends = np.roll(corners, -1, axis=0)
    poles = np.cross(corners + ends, ends - corners)
    poles = poles / np.maximum(np.linalg.norm(poles, axis=1), 1e-300)[:, None]
    beside = (np.cross(poles, corners) @ point >= 0) & (np.cross(ends, poles) @ point >= 0)
    across = np.abs(np.arcsin(np.clip((poles * (point - corners)).sum(axis=1), -1, 1)))
    return np.where(beside, across, np.minimum(angles(corners, point), angles(ends, point)))


def edges_cross(a: Vectors, b: Vectors) -> bool:
    """Whether any edge of one polygon crosses an edge of the other."""
    a_begin, b_begin = a[:, None], b[None]
    a_end, b_end = np.roll(a, -1, axis=0)[:, None], np.roll(b, -1, axis=0)[None]
    a_pole = np.cross(a_begin + a_end, a_end - a_begin)
    b_pole = np.cross(b_begin + b_end, b_end - b_begin)
    first = -(a_pole * (b_begin - a_begin)).sum(axis=-1)
    others = (
        (a_pole * (b_end - a_begin)).sum(axis=-1),
        -(b_pole * (a_end - b_begin)).sum(axis=-1),
        (b_pole * (a_begin - b_begin)).sum(axis=-1),
    )
    return bool(np.all([first * other > 0 for other in others], axis=0).any())
