"""How many footprints lie in each HEALPix cell (nested), by their middles; knows no tables."""

from dataclasses import dataclass

import numpy as np

from mastportal.sphere.cells import cells_of
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.vectors import Ints, Mask

DEEPEST = 13
CELLS_USUAL, CELLS_MOST = 3000, 20_000


@dataclass(frozen=True, slots=True)
class Density:
    """Cells of one order with at least one footprint's middle, ascending, and how many each has."""

    order: int
    cells: Ints
    counts: Ints


def middle_cells(footprints: Footprints) -> Ints:
    """The cell of order DEEPEST around the middle of each row's first shape, shape (rows,); -1: nowhere."""
    somewhere = np.flatnonzero(footprints.first_shape >= 0)
    found = np.full(footprints.num_rows, -1, dtype=np.int64)
    found[somewhere] = cells_of(footprints.centre[footprints.first_shape[somewhere]], DEEPEST)
    return found


def density(middles: Ints, rows: Mask, order: int | None = None) -> Density:
    """Counts per cell of the chosen rows, given their `middle_cells`.

    Without an order the finest one that has at most CELLS_USUAL cells with anything in them; an order asked
    for is made coarser until there are at most CELLS_MOST.
    """
    found = middles[rows]
    found = np.sort(found[found >= 0])
    chosen = _finest(found, DEEPEST, CELLS_USUAL) if order is None else _finest(found, order, CELLS_MOST)
    cells, counts = np.unique(found >> 2 * (DEEPEST - chosen), return_counts=True)
    return Density(chosen, cells, counts.astype(np.int64))


def _finest(cells: Ints, finest: int, most: int) -> int:
    """The finest order at which sorted cells of order DEEPEST are at most so many."""
    for order in range(finest, 0, -1):
        coarse = cells >> 2 * (DEEPEST - order)
        if np.count_nonzero(coarse[1:] != coarse[:-1]) < most:
            return order
    return 0
