"""Owns what a list of targets was understood as, line by line, before it is searched."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mastportal.mast.coordinates import as_sexagesimal
from mastportal.mast.criteria import parse_criteria
from mastportal.mast.errors import BadQuestion
from mastportal.mast.resolving import Resolved
from mastportal.mast.target import display_name, format_radius, tidy_name
from mastportal.mast.target_entries import COLLECTION, Entry, parse_entry, radius_of
from mastportal.mast.target_files import as_written
from mastportal.mast.target_list import checked_items, duplicates
from mastportal.search import positions


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list as the page shows it; `why` says why it cannot be searched."""

    number: int
    written: str
    label: str
    position: str
    resolver: str
    radius: str
    why: str
    same_as: int | None

    @property
    def is_understood(self) -> bool:
        return not self.why


def checked(question: Mapping[str, Any]) -> dict[str, Any]:
    """A list as it is kept until it is searched: its lines may be wrong, all else may not.

    Raises BadQuestion naming the part at fault, TooMany for more than a thousand lines.
    """
    kept: dict[str, Any] = {"collection": COLLECTION, "targets": checked_items(question.get("targets"))}
    radius_deg = radius_of(question.get("radius_deg"))
    filters = parse_criteria(question.get("criteria"))
    kept |= {} if radius_deg is None else {"radius_deg": radius_deg}
    return kept | ({"criteria": {each.column: each.as_json() for each in filters}} if filters else {})


def fingerprint(kept: Mapping[str, Any]) -> str:
    """SHA-256 in hex of a list as it was written."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def places(kept: Mapping[str, Any], beat: Callable[[], None]) -> dict[str, Any]:
    """Where the names of a list are, in a worker: for each tidy name its position, or why there is none."""
    entries = [entry for entry, _ in _read(kept["targets"]) if entry is not None]
    names = [entry.target.name for entry in entries if entry.target.name is not None]
    found = positions.positions_of(names, beat)
    return {
        name: positions.as_json(place) if isinstance(place, Resolved) else {"why": str(place)}
        for name, place in found.items()
    }


def lines(kept: Mapping[str, Any], found: Mapping[str, Any]) -> list[Line]:
    """Every line with what it was understood as; `found` is what `places` gave."""
    read = _read(kept["targets"])
    same = duplicates([entry for entry, _ in read])
    radius_deg = kept.get("radius_deg")
    return [
        _line(place, item, *read[place], same[place], found, radius_deg)
        for place, item in enumerate(kept["targets"])
    ]


def _read(items: Sequence[object]) -> list[tuple[Entry | None, str]]:
    """Each item as an entry, or why it is none."""
    read: list[tuple[Entry | None, str]] = []
    for item in items:
        try:
            read.append((parse_entry(item), ""))
        except BadQuestion as error:
            read.append((None, str(error)))
    return read


def _line(
    place: int,
    item: object,
    entry: Entry | None,
    why: str,
    same_as: int | None,
    found: Mapping[str, Any],
    radius_deg: float | None,
) -> Line:
    written = as_written(item)
    if entry is None:
        return Line(place + 1, written, "", "", "", "", why, None)
    target = entry.target
    named = found.get(tidy_name(target.name), {}) if target.name is not None else {}
    ra_deg, dec_deg = named.get("ra_deg", target.ra_deg), named.get("dec_deg", target.dec_deg)
    wanted_deg = target.radius_deg if target.radius_deg is not None else radius_deg
    return Line(
        place + 1,
        written,
        label=entry.label if target.name is None else display_name(target.name),
        position="" if ra_deg is None or dec_deg is None else as_sexagesimal(ra_deg, dec_deg),
        resolver=named.get("resolver", ""),
        radius="" if wanted_deg is None else format_radius(wanted_deg),
        why=named.get("why", ""),
        same_as=None if same_as is None else same_as + 1,
    )


def mended(
    kept: Mapping[str, Any], understood: Sequence[Line], corrections: Mapping[int, str]
) -> dict[str, Any]:
    """The list without its repeated lines and, in place of what was not understood, what was written for it.

    `corrections` are by line number; a line without one is left out.
    """
    targets = [
        item if line.is_understood else corrections[line.number]
        for item, line in zip(kept["targets"], understood, strict=True)
        if (line.is_understood and line.same_as is None) or corrections.get(line.number)
    ]
    return {**kept, "targets": targets}
