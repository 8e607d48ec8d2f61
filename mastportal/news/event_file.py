"""Reads the file that MAST sends with its own subscriptions: a list of `mission, fileset, filename`.

Pure: no Django, no archive. The form is that of astroquery's and STScI's own examples; the file names only
what made MAST send it, not the rest of a fileset.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from mastportal.mast.identifiers import program_number
from mastportal.tables.columns import BadQuery

MOST_ENTRIES = 50_000
MOST_FILESETS = 5_000
MISSIONS = ("JWST", "HST")
_FILESET = re.compile(r"[\w.+-]{3,200}", re.ASCII)
_NO_LIST = (
    "This is not MAST's subscription file: a JSON list of objects with a mission, a fileset and a filename."
)


@dataclass(frozen=True, slots=True)
class Filesets:
    """The filesets of a file by mission, in small letters, each once; and how many lines were of others."""

    jwst: tuple[str, ...]
    hst: tuple[str, ...]
    others: int = 0

    @property
    def programs(self) -> list[str]:
        """The programmes of the JWST ones, as their names tell them."""
        found = {program_number(name[2:7]) for name in self.jwst if name.startswith("jw")}
        return sorted(number for number in found if number)


def read(content: bytes) -> Filesets:
    """Raises BadQuery (field "file")."""
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadQuery(_NO_LIST, "file") from None
    entries = (
        next((value for value in told.values() if isinstance(value, list)), None)
        if isinstance(told, dict)
        else told
    )
    if not isinstance(entries, list) or not entries:
        raise BadQuery(_NO_LIST, "file")
    if len(entries) > MOST_ENTRIES:
        raise BadQuery(f"At most {MOST_ENTRIES:,} files are read at once; split the list.", "file")
    named: dict[str, dict[str, None]] = {mission: {} for mission in MISSIONS}
    others = 0
    for entry in entries:
        mission, fileset = _entry(entry)
        if mission in named and _FILESET.fullmatch(fileset):
            named[mission][fileset.casefold()] = None
        else:
            others += 1
    if sum(map(len, named.values())) > MOST_FILESETS:
        raise BadQuery(f"At most {MOST_FILESETS:,} filesets are looked for at once; split the list.", "file")
    if not any(named.values()):
        raise BadQuery("This file names no fileset of JWST or HST.", "file")
    return Filesets(tuple(named["JWST"]), tuple(named["HST"]), others)


def _entry(entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict):
        raise BadQuery(_NO_LIST, "file")
    lower = {str(name).casefold(): value for name, value in entry.items()}
    if "fileset" not in lower or "mission" not in lower:
        raise BadQuery(_NO_LIST, "file")
    return str(lower["mission"]).strip().upper(), str(lower["fileset"]).strip()
