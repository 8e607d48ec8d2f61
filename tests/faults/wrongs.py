"""What can go wrong at the archive, and what must come of it: a table read off no code of ours."""

from dataclasses import dataclass, field
from typing import Any

OK, GONE, CLOSED, BROKEN = "OK", "MISSING", "RESTRICTED", "FAILED"


@dataclass(frozen=True)
class Wrong:
    """One kind of fault: what becomes of a file that meets it `once`, and of one that meets it `always`."""

    name: str
    body: dict[str, Any] = field(hash=False)
    once: str = "OK"
    always: str = BROKEN

    def on(self, match: str, times: int | None) -> dict[str, Any]:
        """The fault as the sandbox takes it."""
        return {"match": match, "times": times, **self.body}


def _status(status: int, once: str = "OK", always: str = BROKEN, **more: Any) -> Wrong:
    name = "-".join(map(str, (status, *more.values())))
    return Wrong(name, {"fault": "status", "status": status, **more}, once, always)


OF_FILES = (
    _status(500),
    _status(503),
    _status(503, retry_after_s=1),
    _status(503, retry_after_s=40),
    _status(429),
    _status(429, retry_after_s=1),
    _status(404, GONE, GONE),
    _status(403, CLOSED, CLOSED),
    _status(416),
    Wrong("reset", {"fault": "reset"}),
    Wrong("reset-midway", {"fault": "reset", "after_bytes": 3000}),
    Wrong("truncate", {"fault": "truncate"}),
    Wrong("truncate-all", {"fault": "truncate", "after_bytes": 0}),
    Wrong("stall", {"fault": "stall"}),
    Wrong("stall-midway", {"fault": "stall", "after_bytes": 3000}),
    Wrong("slow", {"fault": "slow", "bytes_per_s": 60_000}, "OK", "OK"),
    Wrong("drip", {"fault": "slow", "bytes_per_s": 20}),
    Wrong("html", {"fault": "html"}),
    Wrong("flip", {"fault": "flip"}),
    Wrong("flip-early", {"fault": "flip", "after_bytes": 3000}),
    Wrong("executing", {"fault": "executing"}),
    Wrong("bad-json", {"fault": "bad-json"}),
)
# A product list is a question: what it meets for ever is told of the list, not of a file. The longest, of
# 355 kB, comes within the time that a question may take.
OF_LISTS = (
    _status(500),
    _status(503, retry_after_s=1),
    _status(429),
    Wrong("reset", {"fault": "reset"}),
    Wrong("truncate", {"fault": "truncate"}),
    Wrong("stall", {"fault": "stall"}),
    Wrong("stall-midway", {"fault": "stall", "after_bytes": 300}),
    Wrong("slow", {"fault": "slow", "bytes_per_s": 150_000}, "OK", "OK"),
    Wrong("html", {"fault": "html"}),
    Wrong("executing", {"fault": "executing"}),
    Wrong("bad-json", {"fault": "bad-json"}),
)
