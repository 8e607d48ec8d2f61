"""Owns what a programme's rows say of it: counted from an open table, nothing invented. No database.

A row is one CAOM observation: an exposure, or a product of several. Planned is calibration level −1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.search.rowstates import PLANNED_LEVEL
from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Floats, Mask
from mastportal.tables.facets import facets
from mastportal.tables.grammar import Filter, TableQuery

EXECUTED = Filter("min", "calib_level", "0")
PLANNED = Filter("f", "calib_level", str(PLANNED_LEVEL))
_MOST_VALUES = 500
_NEVER_PUBLIC = "RESTRICTED"
_EXCLUSIVE = frozenset({"EXCLUSIVE_ACCESS", "PROPRIETARY", _NEVER_PUBLIC})


@dataclass(frozen=True, slots=True)
class Counted:
    """One value of a column: rows executed, rows planned."""

    value: str
    executed: int
    planned: int

    @property
    def total(self) -> int:
        return self.executed + self.planned


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page says from the rows. Dates are MJD; NaN-free; empty texts where nothing is said."""

    title: str
    investigator: str
    kind: str
    other_titles: int
    executed: int
    planned: int
    exclusive: int
    exclusive_undated: int
    first_mjd: float | None
    last_mjd: float | None
    next_public_mjd: float | None
    all_public_mjd: float | None
    instruments: list[Counted]
    filters: list[Counted]
    targets: list[Counted]
    levels: dict[str, int]
    product_types: list[Counted]
    observed_mjd: Floats
    public_later_mjd: Floats
    obsids: list[str]


def facts_of(table: OpenTable, today_mjd: float) -> Facts:
    """What the rows of one programme say, seen from `today_mjd`."""
    level, release, start = (table.numbers(name) for name in ("calib_level", "t_obs_release", "t_min"))
    planned = level == PLANNED_LEVEL
    executed = ~planned
    rights = pc.utf8_upper(table.table["dataRights"].cast(pa.string()))
    kept = _is_any_of(rights, _EXCLUSIVE)
    undated = executed & kept & (np.isnan(release) | _is_any_of(rights, {_NEVER_PUBLIC}))
    later = executed & (release > today_mjd) & ~undated
    observed, public = start[executed & ~np.isnan(start)], release[later]
    titles, people, kinds = (_common(table, name) for name in ("obs_title", "proposal_pi", "proposal_type"))
    return Facts(
        title=titles[0] if titles else "",
        investigator=people[0] if people else "",
        kind=kinds[0] if kinds else "",
        other_titles=max(0, len(titles) - 1),
        executed=int(executed.sum()),
        planned=int(planned.sum()),
        exclusive=int(later.sum() + undated.sum()),
        exclusive_undated=int(undated.sum()),
        first_mjd=_least(observed),
        last_mjd=float(observed.max()) if len(observed) else None,
        next_public_mjd=_least(public),
        all_public_mjd=float(public.max()) if len(public) else None,
        instruments=counted(table, "instrument_name"),
        filters=counted(table, "filters"),
        targets=counted(table, "target_name"),
        levels=_counts(table, "calib_level"),
        product_types=counted(table, "dataproduct_type"),
        observed_mjd=observed,
        public_later_mjd=public,
        obsids=[text for text in table.table["obsid"].filter(executed).to_pylist() if text],
    )


def _is_any_of(texts: Any, wanted: Iterable[str]) -> Mask:
    found = pc.is_in(texts, value_set=pa.array(sorted(wanted), pa.string()))
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)


def _least(values: Floats) -> float | None:
    return float(values.min()) if len(values) else None


def _common(table: OpenTable, column: str) -> list[str]:
    """The values of a column, the most frequent first."""
    return list(_counts(table, column))


def counted(table: OpenTable, column: str) -> list[Counted]:
    """The values of a column, joined ones by element, with the rows executed and planned of each."""
    executed, planned = _counts(table, column, EXECUTED), _counts(table, column, PLANNED)
    found = [
        Counted(value, executed.get(value, 0), planned.get(value, 0))
        for value in dict.fromkeys((*executed, *planned))
    ]
    return sorted((each for each in found if each.total), key=lambda each: (-each.total, each.value))


def _counts(table: OpenTable, column: str, *only: Filter) -> dict[str, int]:
    (facet,) = facets(table, TableQuery(filters=only), [column], _MOST_VALUES)
    return {str(each["value"]): each["count"] for each in facet["values"] if each["value"] is not None}
