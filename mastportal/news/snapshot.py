"""Owns what is remembered of a followed thing between two looks: a compact snapshot of its observations.

Plain Python: no Django, no archive. Planned rows are remembered by observation, not by row: their obs_id and
obsid change when they are executed (MAST protocol dossier, section 6).
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

FACT_SEPARATOR = "|"
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One executed row. `plan` is the planned observation it belongs to, `number` that of JWST ("003").

    `release_mjd` and `is_closed` (exclusive without an end) decide whether it is public on a day. `files`
    has the version facts of its files by name, joined by FACT_SEPARATOR; None where they were not asked for.
    `row` is what a basket keeps of it.
    """

    level: int | None
    release_mjd: float | None = None
    is_closed: bool = False
    number: str = UNKNOWN
    plan: str = UNKNOWN
    files: Mapping[str, str] | None = None
    is_gone: bool = False
    row: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def is_exclusive(self, at_mjd: float) -> bool:
        """Whether the archive keeps it for its owners on this day (MJD)."""
        return self.is_closed or (self.release_mjd is not None and self.release_mjd > at_mjd)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What there was at `at_mjd`: executed rows by obs_id, words for each planned observation by its key."""

    at_mjd: float
    rows: Mapping[str, Seen] = field(default_factory=dict)
    planned: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.planned and all(seen.is_gone for seen in self.rows.values())

    def pack(self) -> bytes:
        """As kept in the database; the rows for baskets are not."""
        rows = {key: _packed(seen) for key, seen in self.rows.items()}
        told = {"at": self.at_mjd, "rows": rows, "planned": dict(self.planned)}
        return zlib.compress(json.dumps(told, separators=(",", ":")).encode())

    @classmethod
    def unpack(cls, packed: bytes) -> "Snapshot":
        told = json.loads(zlib.decompress(packed))
        return cls(told["at"], {key: _unpacked(row) for key, row in told["rows"].items()}, told["planned"])


def carried(before: Snapshot, now: Snapshot) -> Snapshot:
    """`now` with what is still known from `before`: facts not asked for this time, and rows that went away.

    A row that comes back is not new, a level once reached is kept, and a version not told for once has not
    changed.
    """
    rows = {key: _with_facts(before.rows.get(key), seen) for key, seen in now.rows.items()}
    gone = {key: replace(seen, is_gone=True) for key, seen in before.rows.items() if key not in rows}
    return replace(now, rows=gone | rows)


def _with_facts(before: Seen | None, now: Seen) -> Seen:
    if before is None:
        return now
    level = max((level for level in (before.level, now.level) if level is not None), default=None)
    if before.files is None:
        return replace(now, level=level)
    told = now.files or {}
    merged = {name: joined(facts, told.get(name, UNKNOWN)) for name, facts in before.files.items()}
    return replace(now, level=level, files=dict(told) | merged)


def joined(before: str, now: str) -> str:
    """The facts of a file's version: each as told now, else as told before."""
    if not before or not now:
        return now or before
    pairs = zip(before.split(FACT_SEPARATOR), now.split(FACT_SEPARATOR), strict=False)
    return FACT_SEPARATOR.join(new or old for old, new in pairs)


def differ(before: str, now: str) -> bool:
    """Whether a fact that is told both times is another; what is told only once says nothing."""
    pairs = zip(before.split(FACT_SEPARATOR), now.split(FACT_SEPARATOR), strict=False)
    return any(old and new and old != new for old, new in pairs)


def facts_joined(*facts: object) -> str:
    """Version facts as one text, in an order that never changes; empty where nothing is told."""
    texts = [UNKNOWN if fact is None else str(fact).replace(FACT_SEPARATOR, "/") for fact in facts]
    return FACT_SEPARATOR.join(texts) if any(texts) else UNKNOWN


def _packed(seen: Seen) -> list[Any]:
    flags = int(seen.is_closed) + 2 * int(seen.is_gone)
    files = None if seen.files is None else dict(seen.files)
    return [seen.level, seen.release_mjd, flags, seen.number, seen.plan, files]


def _unpacked(told: list[Any]) -> Seen:
    level, release_mjd, flags, number, plan, files = told
    return Seen(level, release_mjd, bool(flags & 1), number, plan, files, bool(flags & 2))
