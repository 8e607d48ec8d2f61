"""Every fault of a question × the ways that need product lists × first, middle and last observation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cells import list_cells_of, run_all
from tests.faults.every_way import WAYS
from tests.faults.portal import Portal
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]


@pytest.mark.parametrize("way", ["zip", "stream-tar", "script-archive"])
def test_every_fault_of_a_product_list(
    way: str,
    faulty_portal: Portal,
    supply: Supply,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    cells = list_cells_of(WAYS[way])
    # What fails is a list, not the archive: others are answered meanwhile, as they are in a portal in use.
    with faulty_portal.others_are_answered():
        record_property("faults", dict(run_all(cells, faulty_portal, supply, tmp_path)))
