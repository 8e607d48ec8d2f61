"""Coverage against mocpy and a dense sampling, density against plain counting."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mocpy import MOC

from mastportal.sphere.cells import REACH, WIDTH, cells_of, corners, finest_around, middles
from mastportal.sphere.coverage import CELLS_MOST, COARSEST, FINER_MOST, covered, moc
from mastportal.sphere.density import CELLS_MOST as DENSITY_MOST
from mastportal.sphere.density import CELLS_USUAL, density, middle_cells
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.vectors import angles, arc_distances, lengths
from tests.sphere.make import footprints, on_sky, places, seeds, star, text_of


def cells(found: MOC, order: int) -> set[int]:
    """Its cells of one order."""
    if found.max_order < order:
        found = found.refine_to_order(order)
    return set(found.flatten().tolist())


def sampled(found: Footprints, shape: int, order: int) -> set[int]:
    """Cells of points all over a triangle."""
    rng = np.random.default_rng(1)
    edge = found.edges(np.array([shape]))[0]
    weights = rng.dirichlet(np.full(3, 0.4), 1000)
    points = weights @ edge
    return set(cells_of(points / lengths(points)[:, None], order).tolist())


@settings(max_examples=15, deadline=None)
@given(places, st.sampled_from([0.001, 0.05, 0.4]), st.integers(4, 9), seeds)
def test_coverage_lies_between_a_sampling_and_mocpys(
    at: tuple[float, float], size: float, order: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    triangles = [rng.uniform(-size, size, (3, 2)) + rng.uniform(-10, 10, 2) * size for _ in range(10)]
    found = footprints(" ".join(text_of(on_sky(at, flat)) for flat in triangles))
    every = np.arange(10)
    ours = covered(found, every, order)
    # What covers much more sky than a cell is told in the coarser cells that fit its own size.
    depths = np.minimum(finest_around(found.radius, order) + FINER_MOST, max(order, COARSEST))
    theirs = [
        MOC.from_polygons(
            [found.ra_deg[3 * shape : 3 * shape + 3], found.dec_deg[3 * shape : 3 * shape + 3]],
            max_depth=int(max(depths[shape], COARSEST)),
            n_threads=1,
        )[0]
        for shape in every
    ]
    assert not ours.difference(theirs[0].union(*theirs[1:])).flatten().size
    for shape in every:
        assert sampled(found, shape, order) <= cells(ours, order)


def test_coverage_of_stars_is_mocpys() -> None:
    rng = np.random.default_rng(5)
    texts = [text_of(on_sky((10.0, 3.0), star(rng, 0.05, 60.0))) for _ in range(300)]
    found = footprints(*texts)
    ours = covered(found, np.arange(300), 8)
    parts = [
        MOC.from_polygons([found.ra_deg[place], found.dec_deg[place]], max_depth=8, n_threads=1)[0]
        for place in map(slice, found.start, found.start + found.size)
    ]
    assert ours == parts[0].union(*parts[1:])


def test_coverage_of_circles_and_positions() -> None:
    nowhere = np.array([np.nan] * 3)
    ra, dec = nowhere.copy(), nowhere.copy()
    ra[2], dec[2] = 77.0, -89.9
    found = footprints("CIRCLE 0 0 0.05", "CIRCLE 200 60 3", None, ra=ra, dec=dec)
    ours = covered(found, np.arange(3), 6)
    reach = np.array([0.05, 3.0, 0.0])
    all_cells = np.arange(12 * 4**6)
    middle, edge = middles(all_cells, 6), corners(all_cells, 6)
    for shape in range(3):
        centre = found.centre[shape]
        apart = np.degrees(arc_distances(centre, edge, np.roll(edge, -1, axis=1)).min(axis=1))
        inside = np.degrees(angles(middle, centre)) <= reach[shape]
        touched = set(all_cells[(apart <= reach[shape]) | inside].tolist()) | {
            int(cells_of(centre[None], 6)[0])
        }
        assert touched <= cells(ours, 6)
    assert len(cells(ours, 6)) < 80


def test_the_recorded_sky_is_covered(recorded: pa.Table) -> None:
    found = Footprints.of(recorded["s_region"], recorded["s_ra"].to_numpy(), recorded["s_dec"].to_numpy())
    everything = np.ones(found.num_rows, dtype=np.bool_)
    assert found.unparsed() == {}
    counted = density(middle_cells(found), everything)
    assert (int(counted.counts.sum()), counted.order) == (44_241, 4)
    told = moc(found, everything, 8)
    assert sum(map(len, told.values())) < CELLS_MOST
    outline = MOC.from_json(told)
    assert outline.contains_lonlat(*_quantities(recorded)).mean() > 0.99, "positions lie in their footprints"


def _quantities(table: pa.Table) -> tuple[object, object]:
    import astropy.units as u

    return table["s_ra"].to_numpy() * u.deg, table["s_dec"].to_numpy() * u.deg


def test_a_coverage_has_bounded_cells() -> None:
    rng = np.random.default_rng(2)
    ra, dec = rng.uniform(0, 360, 60_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 60_000)))
    found = footprints(*[None] * 60_000, ra=ra, dec=dec)
    everything = np.ones(60_000, dtype=np.bool_)
    assert sum(map(len, moc(found, everything, 12).values())) <= CELLS_MOST
    usual, asked = density(middle_cells(found), everything), density(middle_cells(found), everything, 12)
    assert len(usual.cells) <= CELLS_USUAL < len(asked.cells) <= DENSITY_MOST
    assert usual.counts.sum() == asked.counts.sum() == 60_000


@pytest.mark.parametrize(
    "texts",
    [
        ["POLYGON 0 80 90 80 180 80 270 80"],
        ["POLYGON 0 0 0 0 0 0"],
        ["POLYGON 0 0 60 0 60 60 0 60", "CIRCLE 0 0 170"],
        ["POLYGON 10 10 11 11 10 11 11 10"],
        [],
        [None],
    ],
)
@pytest.mark.parametrize("order", [0, 9])
def test_odd_footprints_have_a_coverage(texts: list[str | None], order: int) -> None:
    found = footprints(*texts)
    told = moc(found, np.ones(found.num_rows, dtype=np.bool_), order)
    assert bool(sum(map(len, told.values()))) == bool(len(found.row))


def test_density_counts_middles() -> None:
    ra, dec = np.array([10.0, 10.001, 200.0, np.nan]), np.array([5.0, 5.0, -60.0, 0.0])
    found = footprints(None, None, None, None, ra=ra, dec=dec)
    counted = density(middle_cells(found), np.array([True, True, True, True]), 5)
    assert (counted.order, sorted(counted.counts.tolist())) == (5, [1, 2])
    assert set(counted.cells.tolist()) == set(cells_of(found.centre, 5).tolist())


@pytest.mark.parametrize("order", [0, 3, 5])
def test_cells_keep_within_the_bounds_relied_on(order: int) -> None:
    every = np.arange(12 * 4**order)
    middle, corner = middles(every, order), corners(every, order)
    assert angles(middle[:, None], corner).max() * 2**order <= REACH
    across = [
        arc_distances(corner[:, n], corner[:, (n + k) % 4], corner[:, (n + k + 1) % 4])
        for n in range(4)
        for k in (1, 2)
    ]
    assert min(float(each.min()) for each in across) * 2**order >= WIDTH
