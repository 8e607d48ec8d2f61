"""Owns which picture a row has, and when it becomes public. Fetches nothing, asks nobody."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from mastportal.search.rowstates import PLANNED_LEVEL
from mastportal.search.snapshots import open_table
from mastportal.tables.cells import iso
from mastportal.tables.paging import Row, rows_at

# The picture's own column first; then where a row is itself a picture's.
COLUMNS = ("jpegURL", "dataURL", "dataURI")
_FACTS = ("proposal_id", "program", "t_obs_release", "publicReleaseDate_mjd", "calib_level")
_ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Pictured:
    """A row's picture: `uri` is empty where it has none."""

    uri: str
    programme: str
    release_mjd: float | None

    @property
    def public_from(self) -> str:
        """The day it becomes public; empty where the archive names none."""
        return iso(self.release_mjd, with_time=False) if self.release_mjd is not None else ""


def picture_of(row: Row) -> str:
    """The URI of a row's picture as the archive wrote it; empty for planned rows and where there is none."""
    if row.get("calib_level") == PLANNED_LEVEL:
        return ""
    texts = (row.get(name) for name in COLUMNS)
    return next((str(text) for text in texts if text and str(text).casefold().endswith(_ENDINGS)), "")


def pictured(result_id: UUID, number: int) -> Pictured:
    """The picture of row `number` of a snapshot. Raises NoRows, and IndexError where there is no such row."""
    table = open_table(result_id)
    if not 0 <= number < table.num_rows:
        raise IndexError(number)
    names = [name for name in (*COLUMNS, *_FACTS) if name in table.columns]
    row = rows_at(table, np.array([number]), names)[0]
    release = row.get("t_obs_release", row.get("publicReleaseDate_mjd"))
    programme = row.get("proposal_id") or row.get("program") or ""
    return Pictured(picture_of(row), str(programme), release if isinstance(release, float) else None)
