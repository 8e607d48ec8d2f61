"""Owns what one person may retrieve of a basket's rows, as far as it is known; asks the archive nothing.

What opens to whom is what `programmes` and downloads found out; a right belongs to one person's own token.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts import archive
from accounts.access import Person
from basket.contents import PLANNED_LEVEL, PUBLIC
from basket.programmes import Opens, remembered
from mastportal.files.models import scope_of
from mastportal.tables.dates import days_until, in_days

OPENS_WORDS = {
    Opens.YES: "Exclusive access: your token opens it",
    Opens.NO: "Exclusive access: your token does not open it",
    Opens.NO_TOKEN: "Exclusive access: you have no valid MAST token",
    Opens.UNKNOWN: "Exclusive access: whether your token opens it has not been asked lately",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What `opens` to one person by programme; rows in none of these are public, or planned."""

    opens: Mapping[str, Opens]
    today_mjd: float

    def on(self, row: Mapping[str, Any]) -> Opens | None:
        """Of an observation's or a single file's row; None where it needs no token."""
        scope = exclusive_scope(row, self.today_mjd)
        return self.opens.get(scope, Opens.UNKNOWN) if scope else None

    def words_on(self, row: Mapping[str, Any]) -> str:
        opens = self.on(row)
        countdown = in_days(days) if (days := self.days_on(row)) is not None else ""
        return f"{OPENS_WORDS[opens]}{f'; public {countdown}' if countdown else ''}" if opens else ""

    def days_on(self, row: Mapping[str, Any]) -> int | None:
        """How many days until the row is public; None where it is, or where no day is known."""
        release = row.get("release_mjd", row.get("t_obs_release"))
        if not isinstance(release, int | float) or self.on(row) is None:
            return None
        return days_until(release, self.today_mjd)


def rights_of(rows: Iterable[Mapping[str, Any]], user: Person) -> Rights:
    """Two questions to the database, however many rows there are."""
    today_mjd = archive.today_mjd()
    scopes = {scope for row in rows if (scope := exclusive_scope(row, today_mjd))}
    return Rights(remembered(user, scopes), today_mjd)


def exclusive_scope(row: Mapping[str, Any], today_mjd: float) -> str:
    """What a right to the files of a row extends to; empty where they are public, or not there yet."""
    if row.get("calib_level") == PLANNED_LEVEL:
        return ""
    release = row.get("release_mjd", row.get("t_obs_release"))
    to_come = isinstance(release, int | float) and release > today_mjd
    told = row.get("dataRights")
    if told == PUBLIC or not (to_come or (told and release is None)):
        return ""
    uri = str(row.get("dataURI") or f"mast:{row.get('obs_collection')}/")
    return scope_of(uri, str(row.get("proposal_id") or ""))
