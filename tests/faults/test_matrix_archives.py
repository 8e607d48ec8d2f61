"""Every fault × every archive and folder made of files × first, middle and last file: right, or a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cells import cells_of, run_all
from tests.faults.every_way import ARCHIVES, WAYS
from tests.faults.portal import Portal
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]


@pytest.mark.parametrize("way", ARCHIVES)
def test_every_fault_in_an_archive(
    way: str,
    faulty_portal: Portal,
    supply: Supply,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    cells = cells_of(WAYS[way])
    record_property("faults", dict(run_all(cells, faulty_portal, supply, tmp_path)))
