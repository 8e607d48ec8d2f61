"""Owns how a row is marked, public, exclusive or planned, and where its files are had. Asks nobody.

Planned is calibration level −1 whatever dataRights says. Otherwise the release date decides, for rows keep
yesterday's rights; rights without a date, and RESTRICTED, which has no end, are taken as they are.
"""

from urllib.parse import quote

from mastportal.tables.cells import iso
from mastportal.tables.dates import days_until, in_days
from mastportal.tables.paging import Row
from mastportal.tables.rowview import RowState, StateOf

PLANNED_LEVEL = -1
NEAR_DAYS = 99
COLUMNS = (
    "obsid",
    "dataURI",
    "calib_level",
    "dataRights",
    "t_obs_release",
    "publicReleaseDate_mjd",
    "isRestricted",
)
_EXCLUSIVE = {"EXCLUSIVE_ACCESS", "PROPRIETARY", "RESTRICTED"}


def states_of(today_mjd: float, search_id: str = "") -> StateOf:
    """The marks of rows of observations, of keyword files and of products; needs the values of COLUMNS."""

    def state_of(row: Row) -> RowState:
        if row.get("calib_level") == PLANNED_LEVEL:
            return RowState("planned", "calendar", "Planned, not yet observed", "planned")
        url = _download_url(row, search_id)
        until = _exclusive_until(row, today_mjd)
        if until is None:
            return RowState("", download_url=url)
        return RowState(
            "exclusive", "lock", _words(row, until, today_mjd), _short(row, until, today_mjd), url
        )

    return state_of


def _short(row: Row, until: str, today_mjd: float) -> str:
    """The day, and when it is near the days until then."""
    release = row.get("t_obs_release", row.get("publicReleaseDate_mjd"))
    days = days_until(release, today_mjd) if until and isinstance(release, float) else None
    return until if days is None or days > NEAR_DAYS else f"{until} · {days} d"


def _words(row: Row, until: str, today_mjd: float) -> str:
    """With a countdown: public in 12 days, on that day."""
    release = row.get("t_obs_release", row.get("publicReleaseDate_mjd"))
    if not until or not isinstance(release, float):
        return "Exclusive access; no release date known"
    return f"Exclusive access; public {in_days(days_until(release, today_mjd))}, from {until} on"


def _exclusive_until(row: Row, today_mjd: float) -> str | None:
    """The day the row becomes public, empty where unknown; None when it is public."""
    release = row.get("t_obs_release", row.get("publicReleaseDate_mjd"))
    rights = str(row.get("dataRights") or "").upper()
    if rights == "RESTRICTED":
        return ""
    if isinstance(release, float):
        return iso(release, with_time=False) if release > today_mjd else None
    restricted = str(row.get("isRestricted") or "").casefold() in {"true", "t", "1"}
    return "" if rights in _EXCLUSIVE or restricted else None


def _download_url(row: Row, search_id: str) -> str:
    if uri := row.get("dataURI"):
        return f"/api/v1/products/download?uri={quote(str(uri), safe=':/')}"
    if obsid := row.get("obsid"):
        return f"/observations/{quote(str(obsid))}/download?search={search_id}"
    return ""
