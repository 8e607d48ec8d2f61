"""Waiting for something that another process does, bounded in time."""

import time
from typing import Any


def wait_until(condition: Any, patience_s: float = 30.0) -> Any:
    """Poll `condition` until it gives something true, and give that."""
    deadline = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found
