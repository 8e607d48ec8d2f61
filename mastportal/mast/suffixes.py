"""What the last part of a file name says is in it; owns the suffix table beside it, words of our own."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

MISSIONS = ("JWST", "HST")


@dataclass(frozen=True, slots=True)
class Suffix:
    """One row; `stage` and `level` are empty where the form of the name decides them.

    `kind` is science, preview, guide star, association, msa, catalogue or auxiliary.
    """

    stage: str
    level: int | None
    kind: str
    description: str


def suffix_of(suffix: str, mission: str) -> Suffix | None:
    return _table().get((mission.upper(), suffix.casefold()))


def describe_suffix(suffix: str, mission: str = "") -> str:
    """A few words on what files of this suffix hold, JWST's meaning first; empty for an unknown one."""
    for each in (mission,) if mission else MISSIONS:
        known = suffix_of(suffix, each)
        if known is not None:
            return known.description
    return ""


@cache
def _table() -> dict[tuple[str, str], Suffix]:
    text = resources.files("mastportal.mast").joinpath("suffixes.csv").read_text("utf-8")
    return {(row["mission"], row["suffix"]): _suffix(row) for row in csv.DictReader(text.splitlines())}


def _suffix(row: dict[str, str]) -> Suffix:
    level = int(row["level"]) if row["level"] else None
    return Suffix(row["stage"], level, row["kind"], row["description"])
