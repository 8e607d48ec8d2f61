"""Every fault of a question × the ways that need product lists × first, middle and last observation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cells import list_cells_of, run_all
from tests.faults.every_way import WAYS
from tests.faults.portal import Portal
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]
# An archive that fails for most of many questions at once is down, and is waited for: only a few are tried
# together, so that what fails is a list and not the archive.
AT_ONCE = 4


@pytest.mark.parametrize("way", ["zip", "stream-tar", "script-archive"])
def test_every_fault_of_a_product_list(
    way: str,
    faulty_portal: Portal,
    supply: Supply,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    cells = list_cells_of(WAYS[way])
    record_property("faults", dict(run_all(cells, faulty_portal, supply, tmp_path, AT_ONCE)))
