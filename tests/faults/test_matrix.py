"""Every fault × every way out × first, middle and last file: right bytes, or a reason, and in time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cells import cells_of, run_all
from tests.faults.every_way import WAYS
from tests.faults.portal import Portal
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]


@pytest.mark.parametrize("way", WAYS)
def test_every_fault_on_one_way_out(
    way: str,
    faulty_portal: Portal,
    supply: Supply,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    cells = cells_of(WAYS[way])
    record_property("faults", dict(run_all(cells, faulty_portal, supply, tmp_path)))
