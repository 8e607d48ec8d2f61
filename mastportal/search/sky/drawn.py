"""Owns footprints as a client draws them: degrees in plain lists, running on across RA 0. Asks nobody."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mastportal.sphere.footprints import Footprints
from mastportal.sphere.vectors import Floats, Ints, positions_deg

DECIMALS = 7


def drawn(places: Footprints, rows: Ints) -> tuple[list[list[list[Any]]], list[list[float] | None]]:
    """Shapes and middle of each chosen row in degrees, RA running on across 0 from that of the middle.

    A polygon is `["p", [ra, dec, …]]`, a circle `["c", [ra, dec, radius]]`; a row without either has none.
    A row that is nowhere has no middle.
    """
    place_of_row = np.full(places.num_rows, -1, dtype=np.int64)
    place_of_row[rows] = np.arange(len(rows))
    first = places.first_shape[rows]
    ra_deg, dec_deg = positions_deg(places.centre[first]) if len(places.row) else _nowhere(len(rows))
    ra_deg, dec_deg = np.round(ra_deg, DECIMALS), np.round(dec_deg, DECIMALS)
    middles: list[list[float] | None] = [
        [ra, dec] if there else None
        for ra, dec, there in zip(ra_deg.tolist(), dec_deg.tolist(), (first >= 0).tolist(), strict=True)
    ]
    shapes: list[list[list[Any]]] = [[] for _ in middles]
    for n, corners in _polygons(places, place_of_row, ra_deg):
        shapes[n].append(["p", corners])
    for shape in range(places.num_polygons, places.num_polygons + places.num_circles):
        if (n := place_of_row[places.row[shape]]) >= 0:
            ra, dec = positions_deg(places.centre[shape])
            circle = [float(running_on(ra, ra_deg[n])), float(dec), float(np.degrees(places.radius[shape]))]
            shapes[n].append(["c", [round(value, DECIMALS) for value in circle]])
    return shapes, middles


def _polygons(
    places: Footprints, place_of_row: Ints, middle_deg: Floats
) -> Iterator[tuple[int, list[float]]]:
    """Each polygon of the chosen rows: whose it is, and its corners; worked out all together."""
    place = place_of_row[places.row[: places.num_polygons]]
    shape = np.flatnonzero(place >= 0)
    size = places.size[shape]
    end = np.cumsum(size)
    corner = np.arange(size.sum()) + np.repeat(places.start[shape] - (end - size), size)
    ra_deg = running_on(places.ra_deg[corner], middle_deg[np.repeat(place[shape], size)])
    pairs = np.round(np.stack([ra_deg, places.dec_deg[corner]], axis=-1), DECIMALS).ravel().tolist()
    for n, first, last in zip(place[shape].tolist(), (end - size).tolist(), end.tolist(), strict=True):
        yield n, pairs[2 * first : 2 * last]


def _nowhere(count: int) -> tuple[Floats, Floats]:
    return np.zeros(count), np.zeros(count)


def running_on(ra_deg: Floats, middle_deg: Floats | float) -> Floats:
    """RA within half a turn of the middle's."""
    found: Floats = middle_deg + np.mod(ra_deg - middle_deg + 180.0, 360.0) - 180.0
    return found
