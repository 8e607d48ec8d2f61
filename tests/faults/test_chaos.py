"""kill -9 of worker, web, broker and database at random moments, fifty times: no bundle is harmed."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.faults.chaos import PARTS, Chaos, another_web
from tests.faults.portal import running
from tests.faults.supply import Supply

pytestmark = [pytest.mark.long, pytest.mark.faults]
KILLS = 50
# A bundle takes some seconds, so that there is time to kill.
ARCHIVE = "--scale 100 --file-bytes 12000 --latency-ms 150 --bandwidth 200000"


def test_fifty_kills_harm_no_bundle(record_property: Callable[[str, object], None]) -> None:
    with running(ARCHIVE, FETCH_CONNECTIONS="4") as portal, another_web(portal) as other:
        chaos = Chaos(portal, Supply(portal), other, np.random.default_rng(4))
        chaos.run(KILLS, list(PARTS))
    record_property("faults", {f"killed {part}": count for part, count in chaos.killed.items()})
    record_property("faults", {"bundles made meanwhile": chaos.bundles})
