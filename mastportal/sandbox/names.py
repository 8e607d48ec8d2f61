"""Names to positions: OpenNGC's (through pyongc) and the holdings' own fixed targets. Knows no HTTP."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from math import degrees
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyongc


@dataclass(frozen=True, slots=True)
class Position:
    """`radius_deg` is half the catalogue's major axis, None where there is none."""

    ra_deg: float
    dec_deg: float
    radius_deg: float | None
    canonical: str
    resolver: str
    object_type: str


def fold_name(text: str) -> str:
    """One spelling for all: case, spaces, leading zeros, a hyphen between letter and digit do not count."""
    folded = re.sub(r"\s+", "", text.lower())
    folded = re.sub(r"(?<=[a-z])[-_](?=\d)", "", folded)
    folded = re.sub(r"^(?:messier)(?=\d)", "m", folded)
    return re.sub(r"(?<=[a-z])0+(?=\d)", "", folded)


@cache
def catalogue() -> dict[str, Position]:
    """OpenNGC by folded name: NGC, IC, Messier and common names."""
    database = Path(pyongc.__file__).with_name("ongc.db")
    query = "SELECT name, type, ra, dec, majax, messier, commonnames FROM objects WHERE ra IS NOT NULL"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(query).fetchall()
        types = dict(connection.execute("SELECT type, typedesc FROM objTypes").fetchall())
    positions: dict[str, Position] = {}
    for name, kind, ra, dec, major, messier, common in rows:
        radius = major / 120 if major else None
        position = Position(degrees(ra), degrees(dec), radius, name, "OPENNGC", types.get(kind, kind))
        names = [name, *([f"M{messier}"] if messier else []), *(common or "").split(",")]
        for spelling in filter(None, map(fold_name, names)):
            # A name of several objects means the first in the catalogue's order.
            positions.setdefault(spelling, position)
    return positions


class Names(Mapping[str, Position]):
    """Folded names; the catalogue goes before the targets."""

    def __init__(self, targets: Mapping[str, Position]) -> None:
        self._targets = dict(targets)

    @classmethod
    def of_targets(cls, table: pa.Table) -> Self:
        """The fixed targets of a table of observations; one target's many spellings all count."""
        rows = table.select(["mtFlag", "target_name", "s_ra", "s_dec"]).to_pydict()
        targets: dict[str, Position] = {}
        for is_moving, name, ra, dec in zip(*rows.values(), strict=True):
            if not is_moving and name and name != "UNKNOWN" and ra is not None and dec is not None:
                targets.setdefault(fold_name(name), Position(ra, dec, None, name, "HOLDINGS", "Target"))
        return cls(targets)

    def __getitem__(self, folded: str) -> Position:
        return catalogue()[folded] if folded in catalogue() else self._targets[folded]

    def __iter__(self) -> Iterator[str]:
        yield from catalogue()
        yield from (name for name in self._targets if name not in catalogue())

    def __len__(self) -> int:
        return len(catalogue().keys() | self._targets.keys())
