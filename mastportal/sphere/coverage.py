"""The part of the sky that footprints cover, as a MOC; knows no tables."""

import numpy as np
from mocpy import MOC

from mastportal.sphere.density import cells_at
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.vectors import Mask, positions_deg, runs

Moc = dict[str, list[int]]


def moc(footprints: Footprints, rows: Mask, order: int) -> Moc:
    """Cells (nested) of every order up to `order` that the footprints of chosen rows touch."""
    chosen = rows[footprints.row]
    ra_deg, dec_deg = positions_deg(footprints.centre[chosen])
    polygon = np.flatnonzero(chosen[: footprints.num_polygons])
    place = runs(footprints.start[polygon], footprints.size[polygon])[1]
    ra_deg = np.concatenate([ra_deg, footprints.ra_deg[place]])
    dec_deg = np.concatenate([dec_deg, footprints.dec_deg[place]])
    cells = np.unique(cells_at(ra_deg, dec_deg, order)).astype(np.uint64)
    found: Moc = MOC.from_healpix_cells(cells, order, order).serialize("json")
    return found
