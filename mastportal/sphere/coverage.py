"""The part of the sky that footprints cover, as a MOC: the cells that any of them touches; knows no tables.

Shapes of a cell's size or smaller, the usual ones, are looked at all together; mocpy covers the larger ones,
no finer than a fraction of their own size, so that no circle costs a million cells.
"""

from collections.abc import Iterator

import astropy.units as u
import numpy as np
from astropy.coordinates import Latitude, Longitude
from mocpy import MOC

from mastportal.sphere import cells as healpix
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.pairs import Pairs
from mastportal.sphere.vectors import Ints, Mask, positions_deg

COARSEST = 3
FINER_MOST = 2
CELLS_MOST = 30_000
LARGE_MOST = 4000

Moc = dict[str, list[int]]


def moc(footprints: Footprints, rows: Mask, order: int) -> Moc:
    """Cells (nested) that the footprints of chosen rows touch, of orders up to `order`.

    Coarser where there would be more than CELLS_MOST of them, or more than LARGE_MOST shapes of many cells.
    """
    shapes = np.flatnonzero(rows[footprints.row])
    own = np.sort(healpix.finest_around(footprints.radius[shapes], order))
    order = max(int(own[LARGE_MOST]) if len(own) > LARGE_MOST else order, COARSEST)
    found = covered(footprints, shapes, order)
    told: Moc = found.serialize("json")
    while sum(map(len, told.values())) > CELLS_MOST and order > COARSEST:
        order -= 1
        found = found.degrade_to_order(order)
        told = found.serialize("json")
    return told


def covered(footprints: Footprints, shapes: Ints, order: int) -> MOC:
    """What chosen shapes touch, in cells of an order from COARSEST to 29."""
    own = healpix.finest_around(footprints.radius[shapes], order)
    cells = _of_small(footprints, shapes[own == order], order)
    found = MOC.from_healpix_cells(cells.astype(np.uint64), np.uint8(order), order)
    for first in np.unique(own[own < order]).tolist():
        large = shapes[own == first]
        parts = [*_of_large(footprints, large, min(order, max(first + FINER_MOST, COARSEST)))]
        found = found.union(*parts)
    return found


def _of_small(footprints: Footprints, shapes: Ints, order: int) -> Ints:
    """Cells of shapes that lie within a cell and those beside it.

    The cells of all corners come first: most shapes lie within one, and what others touch is known by then.
    """
    polygon = shapes[shapes < footprints.num_polygons]
    round_ = shapes[shapes >= footprints.num_polygons]
    ra_deg, dec_deg, begin = footprints.corners_deg(polygon)
    corner = healpix.cells_at(ra_deg, dec_deg, order)
    known = np.unique(np.append(corner, healpix.cells_of(footprints.centre[round_], order)))
    apart = polygon[
        np.minimum.reduceat(corner, begin) != np.maximum.reduceat(corner, begin)
        if len(polygon)
        else np.empty(0, dtype=np.bool_)
    ]
    pairs = Pairs.around(footprints, np.append(apart, round_[footprints.radius[round_] > 0]), order)
    fresh = pairs.chosen(~np.isin(pairs.cell, known))
    return np.append(known, fresh.touching())


def _of_large(footprints: Footprints, shapes: Ints, order: int) -> Iterator[MOC]:
    """The coverage of larger shapes, by mocpy alone; polygons of one count of corners at a time."""
    polygon = shapes[shapes < footprints.num_polygons]
    size = footprints.size[polygon]
    for count in np.unique(size).tolist():
        ra_deg, dec_deg, _ = footprints.corners_deg(polygon[size == count])
        corners = np.stack([ra_deg.reshape(-1, count), dec_deg.reshape(-1, count)], axis=1)
        # Without a number of threads mocpy starts dozens at every call.
        yield from MOC.from_polygons(corners.reshape(-1, count), max_depth=order, n_threads=1)
    circle = shapes[shapes >= footprints.num_polygons]
    if len(circle):
        ra_deg, dec_deg = positions_deg(footprints.centre[circle])
        yield MOC.from_cones(
            Longitude(ra_deg, u.deg),
            Latitude(dec_deg, u.deg),
            radius=footprints.radius[circle] * u.rad,
            max_depth=order,
            union_strategy="small_cones",
            n_threads=1,
        )
