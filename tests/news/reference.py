"""What must have been told, computed from the holdings' own dates, row by row, without the portal's code.

A look at the moment m (days, MJD) sees a row when it was delivered before; nothing is compared with nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mastportal.sandbox.unfolding import DELIVERED_DAYS, announced_mjd, plan_name, withdrawn_mjd

Row = dict[str, Any]
Event = tuple[str, str, str]  # kind, obs_id (empty for plans and first data), observation number
START_OF_ALL = float("-inf")


@dataclass(frozen=True)
class Look:
    """One look: the day (midnight) that decides what is there, and the moment that decides what is public."""

    day: float
    moment: float


def delivered(row: Row) -> float:
    """From when on the row is there as it is in the holdings; never, for one that stays planned."""
    if row["calib_level"] == -1:
        return float("inf")
    return START_OF_ALL if row["t_max"] is None else row["t_max"] + DELIVERED_DAYS


def number(row: Row) -> str:
    """The observation number in a JWST obs_id, in each of its forms."""
    name = row["obs_id"]
    if not name.startswith("jw"):
        return ""
    if name[7] != "-":
        return name[7:10]
    return name[9:12] if name[8] == "o" else ""


def plan(row: Row) -> str:
    """Planned rows of one observation (JWST), or of one target, instrument and filters (HST)."""
    if number(row):
        return number(row)
    parts = (row["target_name"], row["instrument_name"].partition("/")[0], row["filters"])
    return "/".join(part.casefold() for part in parts)


def events(rows: Sequence[Row], looks: Sequence[Look], remade: dict[float, list[str]]) -> Counter[Event]:
    """All that happened to a programme's rows after the first of these looks; `remade` are obs_ids by day."""
    told: Counter[Event] = Counter()
    executed = [row for row in rows if row["calib_level"] != -1]
    for before, now in pairwise(looks):
        new = [row for row in executed if before.day < delivered(row) <= now.day]
        told.update(("new", row["obs_id"], number(row)) for row in new)
        there = [row for row in executed if delivered(row) <= before.day]
        told.update(("public", row["obs_id"], number(row)) for row in there if opened(row, before, now))
        told.update(_firsts(there, new))
        told.update(_plans(rows, before, now))
        names = {row["obs_id"]: row for row in there}
        for day, obs_ids in remade.items():
            if before.day < day <= now.day:
                told.update(("reprocessed", name, number(names[name])) for name in set(obs_ids) & set(names))
    return told


def opened(row: Row, before: Look, now: Look) -> bool:
    return row["t_obs_release"] is not None and before.moment < row["t_obs_release"] <= now.moment


def _firsts(there: list[Row], new: list[Row]) -> Iterator[Event]:
    if new and not there:
        yield "first", "", ""
    known = {number(row) for row in there}
    yield from (("first", "", each) for each in {number(row) for row in new} - known - {""})


def _plans(rows: Sequence[Row], before: Look, now: Look) -> Iterator[Event]:
    was, is_now = planned(rows, before.day), planned(rows, now.day)
    executed = {plan(row) for row in rows if delivered(row) <= now.day}
    jwst = all(row["obs_id"].startswith("jw") for row in rows)
    for key in is_now - was:
        yield "planned-added", "", key if jwst else ""
    for key in was - is_now - executed:
        yield "planned-withdrawn", "", key if jwst else ""


def planned(rows: Sequence[Row], day: float) -> set[str]:
    """The plans that stand on a day."""
    found = set()
    for row in rows:
        if row["calib_level"] == -1:
            if withdrawn_mjd(plan_name(row["obs_id"])) > day:
                found.add(plan(row))
        elif (
            delivered(row) > day and may_be_planned(row) and announced_mjd(row["obs_id"], row["t_min"]) <= day
        ):
            found.add(plan(row))
    return found


def may_be_planned(row: Row) -> bool:
    """Associations of several JWST observations are planned as these."""
    return bool(number(row)) or not row["obs_id"].startswith("jw")


def by_programme(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """The rows of JWST and HST by mission and programme."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["obs_collection"] in ("JWST", "HST"):
            found.setdefault((row["obs_collection"], row["proposal_id"]), []).append(row)
    return found


def quiet(rows: Sequence[Row], day: float) -> bool:
    """Whether nothing becomes public on this day itself, so that the time of the day does not matter."""
    return not any(row["t_obs_release"] and day <= row["t_obs_release"] <= day + 1 for row in rows)
