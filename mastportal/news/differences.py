"""Owns how two snapshots of a followed thing give events. Pure: no Django, no archive, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mastportal.news.snapshot import Seen, Snapshot, differ

LEVELS = (2, 3)


class Kind(StrEnum):
    """What can happen to a followed thing; the first four are MAST's own kinds of subscription."""

    NEW = "new"
    FIRST = "first"
    REPROCESSED = "reprocessed"
    PUBLIC = "public"
    PLANNED_ADDED = "planned-added"
    PLANNED_WITHDRAWN = "planned-withdrawn"


@dataclass(frozen=True, slots=True)
class Difference:
    """One event. `subject` is the row's obs_id, or the key of a planned observation.

    `number` is the JWST observation it is of, `level` the row's. A FIRST is one of the whole (`number` empty)
    or of one observation, and of any level (`level` None) or of one.
    """

    kind: Kind
    subject: str
    number: str = ""
    level: int | None = None
    words: str = ""


def differences(before: Snapshot, now: Snapshot) -> list[Difference]:
    """What happened between two looks, in the order of the subjects.

    `before` has been carried on (`snapshot.carried`): it remembers rows that went away, which are not new
    when they come back. A row is new when it appears, reaches a higher level, or gets more files than the
    ones it was known by.
    """
    return [*_firsts(before, now), *_of_rows(before, now), *_of_plans(before, now)]


def _of_rows(before: Snapshot, now: Snapshot) -> Iterator[Difference]:
    for key, seen in sorted(now.rows.items()):
        if seen.is_gone:
            continue
        old = before.rows.get(key)
        if old is None or _is_more(old, seen):
            yield Difference(Kind.NEW, key, seen.number, seen.level, _more_files(old, seen))
        if old is None:
            continue
        if changed := _changed(old, seen):
            yield Difference(Kind.REPROCESSED, key, seen.number, seen.level, _counted(changed))
        if old.is_exclusive(before.at_mjd) and not seen.is_exclusive(now.at_mjd):
            yield Difference(Kind.PUBLIC, key, seen.number, seen.level)


def _is_more(old: Seen, seen: Seen) -> bool:
    risen = old.level is not None and seen.level is not None and seen.level > old.level
    return risen or bool(_added(old, seen))


def _added(old: Seen, seen: Seen) -> list[str]:
    return sorted(set(seen.files or ()) - set(old.files)) if old.files else []


def _more_files(old: Seen | None, seen: Seen) -> str:
    return _counted(_added(old, seen)) if old is not None else ""


def _changed(old: Seen, seen: Seen) -> list[str]:
    was, files = old.files or {}, seen.files or {}
    return sorted(name for name in was.keys() & files.keys() if differ(was[name], files[name]))


def _counted(names: list[str]) -> str:
    match len(names):
        case 0:
            return ""
        case 1:
            return names[0]
        case more:
            return f"{names[0]} and {more - 1} more"


def _firsts(before: Snapshot, now: Snapshot) -> Iterator[Difference]:
    """The first data of the whole and of each observation, at any level and at each calibrated one."""
    had = {pair for seen in before.rows.values() for pair in _scopes(seen)}
    has = {pair for key, seen in now.rows.items() if _rose(before, key, seen) for pair in _scopes(seen)}
    for number, level in sorted(has - had, key=lambda each: (each[0], each[1] or 0)):
        yield Difference(Kind.FIRST, number, number, level)


def _scopes(seen: Seen) -> set[tuple[str, int | None]]:
    levels = {None, seen.level} if seen.level in LEVELS else {None}
    return {(number, level) for number in {"", seen.number} for level in levels}


def _rose(before: Snapshot, key: str, seen: Seen) -> bool:
    """Not one that had reached a higher level already: it is remembered at that."""
    old = before.rows.get(key)
    return old is None or old.level is None or seen.level is None or old.level < seen.level


def _of_plans(before: Snapshot, now: Snapshot) -> Iterator[Difference]:
    """Planned observations that came, and those that went without having been executed."""
    for key in sorted(now.planned.keys() - before.planned.keys()):
        yield Difference(Kind.PLANNED_ADDED, key, _number(key), words=now.planned[key])
    for key in sorted(plans_gone(before, now)):
        yield Difference(Kind.PLANNED_WITHDRAWN, key, _number(key), words=before.planned[key])


def plans_gone(before: Snapshot, now: Snapshot) -> set[str]:
    """The plans that went without executed rows of them in `now`."""
    return before.planned.keys() - now.planned.keys() - executed_plans(now)


def executed_plans(snapshot: Snapshot) -> set[str]:
    """The plans with executed rows: the archive may keep a plan a while beside them."""
    return {seen.plan for seen in snapshot.rows.values() if seen.plan}


def _number(key: str) -> str:
    """JWST's plans are known by their observation number (in a basket: after its programme)."""
    number = key.rpartition(" ")[2]
    return number if len(number) == 3 and number.isdecimal() else ""
