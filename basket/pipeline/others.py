"""Owns where members are that the basket's own observations do not list: in which other ones."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from accounts import archive
from basket.contents import Contents
from mastportal.mast.fields import OBSERVATION_FIELDS
from mastportal.mast.membership import clue_of, questions_of
from mastportal.search.from_files_source import PROGRAMS_AT_ONCE, Search, observations
from mastportal.work import Lease


class Elsewhere:
    """Asks the archive for the observations of the members' programmes, and looks through their lists."""

    def __init__(self, contents: Contents, lease: Lease) -> None:
        self._known = set(contents.executed)
        self._lease = lease

    def holding(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Rows of the observations that list the most of the named files, as few as hold them all.

        Raises the archive's errors. Names of no known form are nowhere.
        """
        clues = [clue_of(f"mast:JWST/product/{name}") for name in sorted(names)]
        client = archive.client(heartbeat=self._lease.beat)
        rows: list[dict[str, Any]] = []
        for body, part in questions_of([clue for clue in clues if clue.mission == "JWST"], PROGRAMS_AT_ONCE):
            table = observations(client, body)
            others = table.filter(pc.invert(pc.is_in(table["obsid"], value_set=_texts(self._known))))
            held = Search(OBSERVATION_FIELDS, lambda _: self._lease.beat()).holding(others, tuple(part))
            few = _few(held)
            rows += others.filter(pc.is_in(others["obsid"], value_set=_texts(few))).to_pylist()
        archive.note_answer(client)
        return rows


def _texts(values: Iterable[str]) -> "pa.Array[Any]":
    return pa.array(sorted(values), pa.string())


def _few(held: dict[str, set[str]]) -> set[str]:
    """Observations that together hold all that any holds, the ones with most first; ties by number."""
    chosen: set[str] = set()
    left = set().union(*held.values())
    while left:
        best = max(sorted(held), key=lambda obsid: len(held[obsid] & left))
        chosen.add(best)
        left -= held[best]
    return chosen
