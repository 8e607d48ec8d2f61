"""The built-in facts: true programmes, visits and MAST's keyword column names. Read-only data, no rules."""

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Programme:
    mission: str
    program: str
    title: str | None
    pi: str | None
    category: str
    exclusive_months: int
    subject: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    mission: str
    program: str
    observation: int
    target: str
    ra_deg: float
    dec_deg: float
    classification: str | None
    mode: str
    elements: tuple[str, ...]
    start: datetime
    exposure_s: float
    exposures: int
    flags: frozenset[str]

    @property
    def sources(self) -> int:
        """How many extracted sources are observations of their own (0: not a multi-object mode)."""
        return next((int(flag[8:]) for flag in self.flags if flag.startswith("sources=")), 0)

    @property
    def candidate(self) -> str:
        """The association candidate of several observations that a row is of (empty: of this one alone)."""
        return next((flag[10:] for flag in self.flags if flag.startswith("candidate=")), "")


@dataclass(frozen=True, slots=True)
class Survey:
    """A field that a programme tiles; `spread_deg` is the side of the square its tiles lie in."""

    mission: str
    program: str
    target: str
    ra_deg: float
    dec_deg: float
    spread_deg: float
    classification: str | None
    mode: str
    elements: tuple[str, ...]
    first_year: float
    last_year: float


@dataclass(frozen=True, slots=True)
class Partner:
    """Exposures or products of observation `partner` are members of `observation`'s associations, as `role`.

    `observation` is its three digits, or a candidate such as c1001; `kind` that of its mode.
    """

    program: str
    observation: str
    kind: str
    role: str
    partner: int


@dataclass(frozen=True, slots=True)
class KeywordColumn:
    name: str
    type: str
    services: str


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def programmes() -> dict[tuple[str, str], Programme]:
    """Every known programme by (mission, programme id)."""
    return {
        (row["mission"], row["program"]): Programme(
            row["mission"],
            row["program"],
            row["title"] or None,
            row["pi"] or None,
            row["category"],
            int(row["exclusive_months"]),
            row["subject"] or None,
        )
        for row in _rows("programmes.csv")
    }


@cache
def visits() -> tuple[Visit, ...]:
    """The observed and planned visits, in the order of the table; start is UTC."""
    return tuple(
        Visit(
            row["mission"],
            row["program"],
            int(row["observation"]),
            row["target"],
            float(row["ra_deg"]),
            float(row["dec_deg"]),
            row["classification"] or None,
            row["mode"],
            tuple(row["elements"].split()),
            datetime.fromisoformat(row["start"]),
            float(row["exposure_s"]),
            int(row["exposures"]),
            frozenset(row["flags"].split()),
        )
        for row in _rows("visits.csv")
    )


@cache
def surveys() -> tuple[Survey, ...]:
    """The fields from which larger holdings are made."""
    return tuple(
        Survey(
            row["mission"],
            row["program"],
            row["target"],
            float(row["ra_deg"]),
            float(row["dec_deg"]),
            float(row["spread_deg"]),
            row["classification"] or None,
            row["mode"],
            tuple(row["elements"].split()),
            float(row["first_year"]),
            float(row["last_year"]),
        )
        for row in _rows("surveys.csv")
    )


@cache
def partners() -> tuple[Partner, ...]:
    """The observations that work together."""
    return tuple(
        Partner(row["program"], row["observation"], row["kind"], row["role"], int(row["partner"]))
        for row in _rows("partners.csv")
    )


@cache
def keyword_columns() -> tuple[KeywordColumn, ...]:
    """The columns of the JWST keyword services; `services` holds one letter per service that has it."""
    return tuple(KeywordColumn(**row) for row in _rows("keyword_columns.csv"))
