"""Which rows' footprints meet a region of the sky; knows no texts and no tables.

Overlap, containment either way and touching edges all count. Caps decide about most shapes; arcs are looked
at for those that a region's edge may cut.
"""

import numpy as np

from mastportal.sphere.footprints import Footprints
from mastportal.sphere.regions import Circle, Polygon, Region, flat_image, turns
from mastportal.sphere.vectors import SLACK, Floats, Ints, Mask, arc_distances, arcs_cross, dots

_PAIRS_AT_ONCE = 500_000


def meets(footprints: Footprints, region: Region) -> Mask:
    """The rows that meet the region, shape (rows,); one without a footprint counts by its position."""
    kept = np.zeros(footprints.num_rows, dtype=np.bool_)
    shape = _near(footprints, region)
    depth = region.distances(footprints.centre[shape])
    reach = footprints.radius[shape]
    is_polygon = shape < footprints.num_polygons
    sure = np.where(is_polygon, depth <= -reach, depth <= reach + SLACK)
    kept[footprints.row[shape[sure]]] = True
    open_ = shape[is_polygon & ~sure & (depth <= reach + SLACK)]
    open_ = open_[~kept[footprints.row[open_]]]
    kept[footprints.row[open_[_polygons_meet(footprints, open_, region)]]] = True
    return kept


def _near(footprints: Footprints, region: Region) -> Ints:
    """Shapes whose cap meets the region's cap, by cosine: with room for its rounding."""
    reach = np.minimum(footprints.radius + region.cap_radius + 1e-6, np.pi)
    return np.flatnonzero(footprints.centre @ region.cap_centre >= np.cos(reach) - 1e-12)


def _polygons_meet(footprints: Footprints, polygons: Ints, region: Region) -> Mask:
    """The same for chosen polygons, looked at arc by arc; shape (polygons,)."""
    met = np.zeros(len(polygons), dtype=np.bool_)
    edges = len(region.corners) if isinstance(region, Polygon) else 1
    total = np.cumsum(footprints.size[polygons]) * edges
    first = 0
    while first < len(polygons):
        done = total[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(total, done + _PAIRS_AT_ONCE)))
        met[first:last] = _some_meet(footprints, polygons[first:last], region)
        first = last
    return met


def _some_meet(footprints: Footprints, polygons: Ints, region: Region) -> Mask:
    a, b, begin, size = footprints.edges(polygons)
    point = region.centre if isinstance(region, Circle) else region.corners[0]
    met = _enclosing(a, b, begin, np.repeat(footprints.centre[polygons], size, axis=0), point)
    if isinstance(region, Circle):
        touching = arc_distances(region.centre, a, b) <= region.radius + SLACK
    else:
        touching = region.inside(a)
        polygon = np.repeat(np.arange(len(polygons)), size)
        met |= np.logical_or.reduceat(touching, begin)
        open_ = ~met[polygon]
        touching[open_] = _edges_meet(a[open_], b[open_], region)
    found: Mask = met | np.logical_or.reduceat(touching, begin)
    return found


def _enclosing(a: Floats, b: Floats, begin: Ints, centre: Floats, point: Floats) -> Mask:
    """Which polygons have the point (3,) inside; `centre` (edges, 3) is that of each edge's cap."""
    flat_point = flat_image(np.broadcast_to(point, a.shape), centre)
    turn = turns(flat_image(a, centre), flat_image(b, centre), flat_point)
    going_round: Mask = np.add.reduceat(turn, begin) != 0
    before = dots(centre[begin], point) > 0
    return going_round & before


def _edges_meet(a: Floats, b: Floats, region: Polygon) -> Mask:
    """Which edges (n, 3) cross or touch an edge of the region."""
    a, b = a[:, None], b[:, None]
    c, d = region.corners[None], region.ends[None]
    met = arcs_cross(a, b, c, d)
    met |= arc_distances(a, c, d) <= SLACK
    met |= arc_distances(c, a, b) <= SLACK
    found: Mask = np.logical_or.reduce(met, axis=1)
    return found
