"""50,000 footprints: the sky view's first answer by HTTP, coverage and density, and a box on the sky.

References of the same run: mocpy alone for the coverage; for the box every footprint looked at on the sphere,
corner by corner and edge by edge, with numpy; for the first answer a page of 50 rows of the same result.
"""

import numpy as np
import pyarrow as pa
from mocpy import MOC

from mastportal.sphere.coverage import moc
from mastportal.sphere.density import density, middle_cells
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.meeting import meets
from mastportal.sphere.regions import read
from tests.bench.measure import Figure, at_most, median_s
from tests.bench.portal import portal

ROWS = 50_000
BOX = "polygon 150 -20 190 -20 190 25 150 25"
CORNERS = np.array([(150.0, -20.0), (190.0, -20.0), (190.0, 25.0), (150.0, 25.0)])


def vectors(sky: np.ndarray) -> np.ndarray:
    """Unit vectors (…, 3) of RA and Dec (…, 2) in degrees."""
    ra, dec = np.radians(sky[..., 0]), np.radians(sky[..., 1])
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def squares() -> np.ndarray:
    """Corners (rows, 4, 2) of squares a few arcminutes wide, all over the sky, in degrees."""
    rng = np.random.default_rng(7)
    middle = vectors(
        np.stack([rng.uniform(0, 360, ROWS), np.degrees(np.arcsin(rng.uniform(-1, 1, ROWS)))], axis=-1)
    )
    east = np.cross([0.0, 0.0, 1.0], middle)
    east /= np.linalg.norm(east, axis=1, keepdims=True)
    north = np.cross(middle, east)
    size = np.radians(rng.uniform(1, 10, ROWS) / 60)[:, None]
    turn = rng.uniform(0, 2 * np.pi, ROWS)[:, None]
    corners = []
    for quarter in range(4):
        angle = turn + quarter * np.pi / 2
        point = middle + size * (np.cos(angle) * east + np.sin(angle) * north)
        corners.append(
            [
                np.degrees(np.arctan2(point[:, 1], point[:, 0])) % 360,
                np.degrees(np.arctan2(point[:, 2], np.hypot(point[:, 0], point[:, 1]))),
            ]
        )
    return np.array(corners).transpose(2, 0, 1)


def by_brute_force(sky: np.ndarray) -> np.ndarray:
    """Which squares meet the box: a corner inside the other, or two edges that cross."""
    squares, box = vectors(sky), vectors(CORNERS)
    met = inside(squares, box[None]).any(axis=1) | inside(box[None], squares).any(axis=1)
    for n in range(4):
        for m in range(4):
            met |= cross(squares[:, n], squares[:, (n + 1) % 4], box[m], box[(m + 1) % 4])
    return met


def inside(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Whether points (…, k, 3) are on the same side of all edges of convex outlines (…, 4, 3)."""
    sides = [
        np.einsum("...ki,...i->...k", points, np.cross(outline[..., n, :], outline[..., (n + 1) % 4, :]))
        for n in range(4)
    ]
    middle = np.einsum("...ki,...i->...k", points, outline.sum(axis=-2)) > 0
    left = np.all([side > 0 for side in sides], axis=0)
    right = np.all([side < 0 for side in sides], axis=0)
    return middle & (left | right)


def cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether arcs a-b (n, 3) cross the arc c-d: their great circles meet within both."""
    meeting = np.cross(np.cross(a, b), np.cross(c, d))

    def within(point: np.ndarray) -> np.ndarray:
        first = np.einsum("ni,ni->n", np.cross(np.cross(a, b), a), point) > 0
        second = np.einsum("ni,ni->n", np.cross(b, np.cross(a, b)), point) > 0
        third = point @ np.cross(np.cross(c, d), c) > 0
        return first & second & third & (point @ np.cross(d, np.cross(c, d)) > 0)

    return within(meeting) | within(-meeting)


def by_mocpy(sky: np.ndarray, order: int) -> MOC:
    """A thousand at a time: all at once take mocpy ten times as long."""
    found = MOC.new_empty(order)
    for first in range(0, len(sky), 1000):
        corners = sky[first : first + 1000].transpose(0, 2, 1).reshape(-1, 4)
        found = found.union(*MOC.from_polygons(corners, max_depth=order, n_threads=1))
    return found


def run() -> list[Figure]:
    """Seconds of ours and of the reference, whose answers are the same."""
    sky = squares()
    texts = pa.array(["POLYGON ICRS " + " ".join(map(repr, row)) for row in sky.reshape(ROWS, 8).tolist()])
    nowhere = np.full(ROWS, np.nan)
    found = Footprints.of(texts, nowhere, nowhere)
    every, region = np.ones(ROWS, dtype=np.bool_), read(BOX)
    assert (meets(found, region) == by_brute_force(sky)).all(), "the rows in the box differ"
    counted = density(middle_cells(found), every)
    order = counted.order + 3
    ours, theirs = MOC.from_json(moc(found, every, order)), by_mocpy(sky, order)
    # mocpy counts a few cells that a footprint only comes close to.
    assert not ours.difference(theirs).flatten().size, "a cell is covered by nothing"
    assert theirs.difference(ours).sky_fraction < 1e-3 * theirs.sky_fraction, "cells are missing"
    by_mocpy_s = median_s(lambda: by_mocpy(sky, order), times=1, warm=0)
    return [
        at_most(
            "box query, 50,000 footprints",
            median_s(lambda: meets(found, region)),
            median_s(lambda: by_brute_force(sky), times=3, warm=0),
            "s",
            0.2,
        ),
        at_most(
            "MOC and density, 50,000 footprints",
            median_s(lambda: (moc(found, every, order), density(middle_cells(found), every))),
            by_mocpy_s,
            "s",
            0.5,
        ),
        at_most(
            "footprints read from 50,000 texts",
            median_s(lambda: Footprints.of(texts, nowhere, nowhere)),
            by_mocpy_s,
            "s",
            1,
        ),
        _first_paint(),
    ]


def _first_paint() -> Figure:
    """The footprints door of a portal with the synthesised archive: at first and again."""
    with portal(f"--scale {ROWS}") as running:
        found = running.search(
            {"collection": "observations", "criteria": {"obs_collection": ["JWST", "HST"]}}
        )
        address = f"searches/{found['id']}/footprints"
        first = running.api.get(address).raise_for_status().json()
        assert first["kind"] == "coverage"
        assert sum(first["density"]["counts"]) == first["matched"] - first["nowhere"] >= ROWS * 0.9
        again_s = median_s(lambda: running.api.get(address).raise_for_status(), times=9)
        rows_s = median_s(lambda: running.api.get(f"searches/{found['id']}/rows").raise_for_status(), times=9)
    return at_most("first paint of 50,000, against 50 rows", again_s, rows_s, "s", 30)
