"""Owns the calendar of what becomes public when: observations by day and programme. Knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from mastportal.desk.mine import Coming
from mastportal.desk.programmes import Programme
from mastportal.tables.dates import datetime_of_mjd, days_until, in_days

SHOWN_TARGETS = 4


@dataclass(frozen=True, slots=True)
class Release:
    """What of one programme becomes public on one day (UTC)."""

    day: date
    days_left: int
    programme: Programme
    observations: tuple[Coming, ...]

    @property
    def countdown(self) -> str:
        """`in 12 days`."""
        return in_days(self.days_left)

    @property
    def targets(self) -> list[str]:
        """The first few, by name."""
        return self._all_targets[:SHOWN_TARGETS]

    @property
    def more_targets(self) -> int:
        return max(0, len(self._all_targets) - SHOWN_TARGETS)

    @property
    def _all_targets(self) -> list[str]:
        return sorted({each.target for each in self.observations if each.target})

    @property
    def instruments(self) -> list[str]:
        return sorted({each.instrument.partition("/")[0] for each in self.observations if each.instrument})

    @property
    def first(self) -> str:
        """Its first observations' names, for who wants to know which."""
        return ", ".join(sorted(each.obs_id for each in self.observations)[:SHOWN_TARGETS])


@dataclass(frozen=True, slots=True)
class Month:
    """The releases of a month, by day."""

    first_day: date
    releases: list[Release]

    @property
    def observations(self) -> int:
        return sum(len(each.observations) for each in self.releases)


def releases_of(coming: Iterable[Coming], today_mjd: float) -> list[Release]:
    """By day, then programme; those whose date no calendar reaches are left out."""
    dated = [
        (moment.date(), each) for each in coming if (moment := datetime_of_mjd(each.release_mjd)) is not None
    ]
    dated.sort(key=lambda pair: (pair[0], str(pair[1].programme), pair[1].obs_id, pair[1].obsid))
    return [
        Release(day, days_until(those[0].release_mjd, today_mjd), programme, tuple(those))
        for (day, programme), group in groupby(dated, key=lambda pair: (pair[0], pair[1].programme))
        for those in [[each for _, each in group]]
    ]


def months_of(releases: Iterable[Release]) -> list[Month]:
    """The same by month, in order."""
    by_month = groupby(releases, key=lambda release: release.day.replace(day=1))
    return [Month(first_day, list(those)) for first_day, those in by_month]
