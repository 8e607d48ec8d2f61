"""HEALPix cells (nested): where they are, which lie around a place; by cdshealpix. Knows no footprints."""

import astropy.units as u
import numpy as np
from astropy.coordinates import Latitude, Longitude
from cdshealpix.nested import healpix_to_lonlat, lonlat_to_healpix, neighbours, vertices

from mastportal.sphere.vectors import Floats, Ints, positions_deg, unit_vectors

# Of every cell of order k, in radians times 2 ** k: corners are no farther from the middle than this, and
# opposite edges no nearer to each other. Measured for all cells up to order 8, with room for finer ones.
REACH, WIDTH = 1.07, 0.68


def cells_at(ra_deg: Floats, dec_deg: Floats, order: int) -> Ints:
    """The cell of each position (n,)."""
    ra, dec = Longitude(ra_deg, u.deg, copy=False), Latitude(dec_deg, u.deg, copy=False)
    found: Ints = lonlat_to_healpix(ra, dec, order, num_threads=1).astype(np.int64)
    return found


def cells_of(points: Floats, order: int) -> Ints:
    """The cell of each unit vector (n, 3)."""
    return cells_at(*positions_deg(points), order)


def middles(cells: Ints, order: int) -> Floats:
    """Unit vectors (n, 3)."""
    ra, dec = healpix_to_lonlat(cells.astype(np.uint64), order, num_threads=1)
    return unit_vectors(ra.deg, dec.deg)


def corners(cells: Ints, order: int) -> Floats:
    """Unit vectors (n, 4, 3), in their order around the cell."""
    ra, dec = vertices(cells.astype(np.uint64), order, num_threads=1)
    return unit_vectors(ra.deg, dec.deg)


def around(cells: Ints, order: int) -> tuple[Ints, Ints]:
    """Each cell and those that touch it: their numbers (m,), and whose they are (m,)."""
    if order == 0:
        return np.tile(np.arange(12), len(cells)), np.repeat(np.arange(len(cells)), 12)
    found = neighbours(cells.astype(np.uint64), order, num_threads=1)
    owner, place = np.nonzero(found >= 0)
    return found[owner, place].astype(np.int64), owner


def finest_around(radius: Floats, most: int) -> Ints:
    """The finest order, up to `most`, whose cell at a cap's middle holds the cap with its neighbours (n,)."""
    with np.errstate(divide="ignore"):
        order = np.floor(np.log2(WIDTH / radius))
    return np.clip(order, 0, most).astype(np.int64)
