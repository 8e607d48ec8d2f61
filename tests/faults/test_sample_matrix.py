"""A seeded sample of the matrix and of the random schedules, small enough for every test run."""

from pathlib import Path

import numpy as np

from tests.faults.cells import Trial, cells_of, list_cells_of, run_all
from tests.faults.every_way import WAYS
from tests.faults.portal import Portal
from tests.faults.schedules import Schedule
from tests.faults.supply import Supply

CELLS, SCHEDULES = 28, 3


def test_some_faults_on_every_way_out(faulty_portal: Portal, supply: Supply, tmp_path: Path) -> None:
    every = [cell for way in WAYS.values() for cell in cells_of(way)] + list_cells_of(WAYS["zip"])
    chosen = np.random.default_rng(4).choice(len(every), CELLS, replace=False)
    cells = sorted(
        (every[n] for n in chosen), key=lambda cell: cell.times is not None
    )  # what lasts begins first
    trials: list[Trial] = [*(Schedule(1000 + n) for n in range(SCHEDULES)), *cells]
    run_all(trials, faulty_portal, supply, tmp_path)
