"""Three hundred random schedules of faults: no file is wrong, none lost without a reason, none hangs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cells import run_all
from tests.faults.portal import Portal
from tests.faults.schedules import Schedule
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]
SCHEDULES, AT_A_TIME = 300, 100


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_A_TIME))
def test_a_hundred_schedules(
    first: int,
    faulty_portal: Portal,
    supply: Supply,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    schedules = [Schedule(seed) for seed in range(first, first + AT_A_TIME)]
    record_property("faults", dict(run_all(schedules, faulty_portal, supply, tmp_path)))
