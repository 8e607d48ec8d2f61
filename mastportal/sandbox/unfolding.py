"""What the archive held on an earlier day, when it is told to unfold: for tests that live through two months.

A row of JWST or HST is there from two days after its observation ended. Until then it is planned,
under other names, as MAST's planned rows are; every fourth came into the plan only thirty days before it
began. Of what is still planned on the holdings' own day, every third leaves the plan on a day of its own.
Rows of other missions, and those without times, are always there. Knows no HTTP.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .naming import parse_stem, planned_stem

Mask = npt.NDArray[np.bool_]
DELIVERED_DAYS = 2.0
ANNOUNCED_DAYS = 30.0
_LATE_EVERY, _WITHDRAWN_EVERY = 4, 3
_FIRST_WITHDRAWN_MJD, _WITHDRAWN_WITHIN_DAYS = 61_095.0, 70
_PLANNED_OBSID = 1_950_000_000
_MISSIONS = ("JWST", "HST")
_UNKNOWN = (
    "t_min", "t_max", "t_obs_release", "jpegURL", "dataURL",
)  # fmt: skip


class Unfolded:
    """The tables of a day, made when they are asked for."""

    def __init__(self, table: pa.Table, keywords: Mapping[str, pa.Table], today_mjd: float) -> None:
        self._table, self._keywords, self._today_mjd = table, keywords, today_mjd
        self._made: dict[str, pa.Table] = {}

    @cached_property
    def observations(self) -> pa.Table:
        return as_of(self._table, self._today_mjd)

    @cached_property
    def obsids(self) -> frozenset[int]:
        """The numbers of the rows that are there as they are in the holdings."""
        there = self._table["obsid"].filter(pa.array(is_there(self._table, self._today_mjd)))
        return frozenset(obsid for obsid in there.to_pylist() if obsid is not None)

    def keywords(self, service: str) -> pa.Table:
        """The rows of files that were delivered by then; those without a date are there."""
        if service not in self._made:
            table = self._keywords[service]
            if "date_end_mjd" in table.column_names:
                end = np.asarray(table["date_end_mjd"].to_numpy(), dtype=np.float64)
                table = table.filter(pa.array(~(end + DELIVERED_DAYS > self._today_mjd)))
            self._made[service] = table
        return self._made[service]


def as_of(table: pa.Table, today_mjd: float) -> pa.Table:
    """The observations as they stood on a day: executed rows, then the planned ones."""
    there = is_there(table, today_mjd)
    late = table.filter(pa.array(~there))
    return pa.concat_tables([table.filter(pa.array(there)), _planned(late, today_mjd)])


def is_there(table: pa.Table, today_mjd: float) -> Mask:
    """Which rows are as the holdings have them; planned ones until they leave the plan."""
    end = np.asarray(table["t_max"].to_numpy(), dtype=np.float64)
    ours = np.array([mission in _MISSIONS for mission in table["obs_collection"].to_pylist()], dtype=bool)
    to_come = ours & (end + DELIVERED_DAYS > today_mjd)
    levels, names = table["calib_level"].to_pylist(), table["obs_id"].to_pylist()
    left = [
        ours[row] and levels[row] == -1 and withdrawn_mjd(plan_name(names[row] or "")) <= today_mjd
        for row in range(table.num_rows)
    ]
    there: Mask = ~(to_come | np.array(left, dtype=bool))
    return there


def plan_name(obs_id: str) -> str:
    """What the planned rows of one JWST observation have in common; of HST each has its own."""
    return obs_id.partition("_xx")[0] if obs_id.startswith("jw") else obs_id


def withdrawn_mjd(name: str) -> float:
    """The day on which a plan that is never executed is withdrawn; infinite for most."""
    code = crc32(name.encode())
    if code % _WITHDRAWN_EVERY:
        return float("inf")
    return _FIRST_WITHDRAWN_MJD + code // _WITHDRAWN_EVERY % _WITHDRAWN_WITHIN_DAYS


def announced_mjd(name: str, start_mjd: float) -> float:
    """The day on which an observation that will be executed comes into the plan."""
    return start_mjd - ANNOUNCED_DAYS if crc32(name.encode()) % _LATE_EVERY == 0 else float("-inf")


def _planned(late: pa.Table, today_mjd: float) -> pa.Table:
    """One planned row for each observation (JWST), or each row (HST), that is still to come."""
    rows = {row["obs_id"]: row for row in _plans(late.to_pylist(), today_mjd)}
    return pa.Table.from_pylist(list(rows.values()), schema=late.schema)


def _plans(rows: Iterable[dict[str, object]], today_mjd: float) -> Iterator[dict[str, object]]:
    for row in rows:
        obs_id, start = str(row["obs_id"]), row["t_min"]
        name = _planned_id(row)
        if row["calib_level"] == -1 or not name or not isinstance(start, float):
            continue
        if announced_mjd(obs_id, start) <= today_mjd:
            number = _PLANNED_OBSID + crc32(name.encode()) % 40_000_000
            yield row | dict.fromkeys(_UNKNOWN) | {
                "calib_level": -1, "obs_id": name, "obsid": number, "dataRights": "PUBLIC",
            }  # fmt: skip


def _planned_id(row: dict[str, object]) -> str:
    obs_id, program = str(row["obs_id"]), str(row["proposal_id"] or "")
    instrument = str(row["instrument_name"] or "").partition("/")[0].lower()
    if row["obs_collection"] == "HST":
        return f"hst_{program}_xx_{instrument}_{crc32(obs_id.encode()):010d}"
    stem = parse_stem(obs_id)
    if stem is None or not stem.observation.isdigit() or not program.isdigit():
        return ""
    return planned_stem(program, int(stem.observation), 1, instrument)
