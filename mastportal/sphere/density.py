"""How many footprints lie in each HEALPix cell (nested), by their middles; knows no tables."""

from dataclasses import dataclass

import astropy.units as u
import numpy as np
from astropy.coordinates import Latitude, Longitude
from cdshealpix.nested import lonlat_to_healpix

from mastportal.sphere.footprints import Footprints
from mastportal.sphere.vectors import Floats, Ints, Mask, positions_deg

DEEPEST = 13
CELLS_MOST = 3000


@dataclass(frozen=True, slots=True)
class Density:
    """Cells of one order with at least one footprint's middle, ascending, and how many each has."""

    order: int
    cells: Ints
    counts: Ints


def cells_at(ra_deg: Floats, dec_deg: Floats, order: int) -> Ints:
    """The cell of each position (n,)."""
    ra, dec = Longitude(ra_deg, u.deg, copy=False), Latitude(dec_deg, u.deg, copy=False)
    return lonlat_to_healpix(ra, dec, order, num_threads=1).astype(np.int64)


def middle_cells(footprints: Footprints) -> Ints:
    """The cell of order DEEPEST around the middle of each row's first shape, shape (rows,); -1: nowhere."""
    somewhere = np.flatnonzero(footprints.first_shape >= 0)
    ra_deg, dec_deg = positions_deg(footprints.centre[footprints.first_shape[somewhere]])
    found = np.full(footprints.num_rows, -1, dtype=np.int64)
    found[somewhere] = cells_at(ra_deg, dec_deg, DEEPEST)
    return found


def density(middles: Ints, rows: Mask, order: int | None = None) -> Density:
    """Counts per cell of the chosen rows, given their `middle_cells`.

    Without an order the finest one that has at most CELLS_MOST cells with anything in them.
    """
    found = middles[rows]
    found = np.sort(found[found >= 0])
    chosen = _finest(found) if order is None else order
    cells, counts = np.unique(found >> 2 * (DEEPEST - chosen), return_counts=True)
    return Density(chosen, cells, counts.astype(np.int64))


def _finest(cells: Ints) -> int:
    """Of sorted cells of order DEEPEST."""
    for order in range(DEEPEST, 0, -1):
        coarse = cells >> 2 * (DEEPEST - order)
        if np.count_nonzero(coarse[1:] != coarse[:-1]) < CELLS_MOST:
            return order
    return 0
