"""Questions that take long: how long one stays EXECUTING. Knows nothing of what is asked."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping

import orjson

HOLD_S = 2.0
KEEP = 10_000


class Waiting:
    """A repeated question is known by its text, its page left out, and runs on from its first sight."""

    def __init__(self, long_query_s: float = 0) -> None:
        self._long_query_s = long_query_s
        self._first_seen: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def is_executing(self, question: Mapping[str, object]) -> bool:
        """Holds the request as a long poll does, then says whether the question needs longer still."""
        if self._long_query_s <= 0:
            return False
        left_s = self._begin(question) + self._long_query_s - time.monotonic()
        hold_s = min(_hold_s(question), max(left_s, 0))
        time.sleep(hold_s)
        return left_s > hold_s

    def _begin(self, question: Mapping[str, object]) -> float:
        asked = {key: question[key] for key in question if key.lower() not in ("page", "pagesize", "timeout")}
        key = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
        with self._lock:
            if len(self._first_seen) > KEEP:
                self._first_seen.popitem(last=False)
            return self._first_seen.setdefault(key, time.monotonic())


def _hold_s(question: Mapping[str, object]) -> float:
    try:
        return max(0.0, float(str(question["timeout"])))
    except (KeyError, ValueError):
        return HOLD_S
