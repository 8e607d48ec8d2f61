"""Owns a basket's products as one table: MAST's columns and what else a person sorts and treats files by.

Added are suffix, extension and detector; whether the file was added singly, belongs to a guide star or
needs a token; and programme, PI and release date of what it belongs to. Knows Arrow, no models, no requests.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from basket.arrays import Values, compute, one_array, texts
from basket.rules import Listing
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.mast.naming import FileName, parse_name

PUBLIC, EXCLUSIVE = "PUBLIC", "EXCLUSIVE_ACCESS"
PLANNED_LEVEL = -1
_LABELS: list[tuple[str, pa.DataType, str, str, str]] = [
    ("suffix", pa.string(), "Suffix", "values", "What the end of the file's name says it is"),
    ("extension", pa.string(), "Extension", "values", ""),
    ("detector", pa.string(), "Detector", "values", "As the file's name has it"),
    ("guide_star", pa.bool_(), "Guide star", "values", "Belongs to the guide star, not to the target"),
    ("needs_token", pa.bool_(), "Needs a token", "values", "Under exclusive access today"),
    ("single", pa.bool_(), "Added singly", "values", "Chosen as a file, not through its observation"),
    ("parents", pa.string(), "In observations", "text", "The basket's observations that list this file"),
    ("release_mjd", pa.float64(), "Public since", "range", "When the file becomes or became public"),
    ("pi", pa.string(), "Principal investigator", "text", ""),
]
_SEPARATORS = {"parents": ";"}
_SHOWN = {"suffix", "detector"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a basket, or a frozen bundle, is made of: observation rows and product rows of single files."""

    lines: tuple[dict[str, Any], ...]
    singles: tuple[dict[str, Any], ...] = ()

    @property
    def executed(self) -> list[str]:
        """The observations that have products: all but the planned ones."""
        return [str(row["obsid"]) for row in self.lines if row.get("calib_level") != PLANNED_LEVEL]

    def released(self, today_mjd: float) -> int:
        """How many release dates have passed: when this changes, what needs a token does."""
        dates = [line.get("t_obs_release") for line in self.lines]
        dates += [single.get("release_mjd") for single in self.singles]
        return sum(_number(date) <= today_mjd for date in dates)

    def as_json(self) -> dict[str, Any]:
        return {"lines": list(self.lines), "singles": list(self.singles)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Contents":
        return cls(tuple(stored["lines"]), tuple(stored["singles"]))


def schema() -> pa.Schema:
    """MAST's product columns and the added ones, with the metadata that the tables and pages read."""
    told = arrow_schema(PRODUCT_FIELDS)
    for name, arrow_type, label, kind, description in _LABELS:
        notes = {
            "label": label,
            "kind": kind,
            "description": description,
            "separator": _SEPARATORS.get(name, ""),
        }
        notes |= {"visible": "1" if name in _SHOWN else "0", "unit": "MJD" if name == "release_mjd" else ""}
        told = told.append(pa.field(name, arrow_type, metadata=notes))
    return told


def products_table(contents: Contents, harvested: pa.Table, today_mjd: float) -> pa.Table:
    """One row per file of `contents`.

    `harvested` has PRODUCT_FIELDS and `parents` (joined by `;`), and is unique by dataURI.
    """
    harvested = harvested.append_column("single", pa.array(np.zeros(harvested.num_rows, dtype=bool)))
    table = pa.concat_tables([harvested, _singles_table(contents, harvested)], promote_options="permissive")
    of_line = _facts_of_lines(table, contents)
    needs_token = _needs_token(table, of_line["release_mjd"], today_mjd)
    told = compute.if_else(needs_token, EXCLUSIVE, PUBLIC)
    added: dict[str, Any] = {
        **_facts_of_names(table),
        "needs_token": needs_token,
        "dataRights": compute.coalesce(texts(table["dataRights"]), told),
    }
    columns = {name: table[name] for name in table.column_names} | of_line | added
    target = schema()
    return pa.table([columns[name].cast(target.field(name).type) for name in target.names], schema=target)


def _facts_of_names(table: pa.Table) -> dict[str, Values]:
    """Suffix, extension, detector and guide star of each file, by its name.

    Most names are an observation's id and an ending. Each id and each ending is read once: a list may have
    300,000 files of a few ten thousand ids.
    """
    heads: dict[str, FileName] = {}
    tails: dict[str, FileName] = {}
    found: list[tuple[str | None, str | None, str | None, bool]] = []
    ids = table["obs_id"].to_pylist()
    for name, obs_id in zip(table["productFilename"].to_pylist(), ids, strict=True):
        if not obs_id or not name or not name.startswith(obs_id):
            head = tail = parse_name(name or "")
        else:
            ending = name[len(obs_id) :]
            head = heads.get(obs_id) or heads.setdefault(obs_id, parse_name(name))
            tail = tails.get(ending) or tails.setdefault(ending, parse_name(name))
        found.append((tail.suffix or None, tail.extension or None, head.detector or None, head.is_guide_star))
    columns = list(zip(*found, strict=True)) or [(), (), (), ()]
    types = (pa.string(), pa.string(), pa.string(), pa.bool_())
    names = ("suffix", "extension", "detector", "guide_star")
    return {n: pa.array(column, t) for n, column, t in zip(names, columns, types, strict=True)}


def _singles_table(contents: Contents, harvested: pa.Table) -> pa.Table:
    """Single files that no observation of the basket lists anyway."""
    listed = set(harvested["dataURI"].to_pylist()) if contents.singles else set()
    rows = [{"single": True, "parents": ""} | row for row in contents.singles if row["dataURI"] not in listed]
    names = [*harvested.column_names, "release_mjd", "pi"]
    types = [*harvested.schema.types, pa.float64(), pa.string()]
    return pa.table(
        [pa.array([row.get(n) for row in rows], t) for n, t in zip(names, types, strict=True)], names=names
    )


def _facts_of_lines(table: pa.Table, contents: Contents) -> dict[str, Values]:
    """Release date and PI of each file, from the observation that lists it; the earliest date of several."""
    listing = Listing.of(table)
    lines = {str(line["obsid"]): line for line in contents.lines}
    of_observation = [lines.get(name, {}) for name in listing.names]
    first = np.full(table.num_rows, -1)
    first[listing.row[::-1]] = listing.observation[::-1]
    nobody = pa.array(first < 0)
    release = np.full(table.num_rows, np.inf)
    dates = np.array([_number(line.get("t_obs_release")) for line in of_observation], dtype=float)
    if len(listing.row):
        np.minimum.at(release, listing.row, np.where(np.isnan(dates), np.inf, dates)[listing.observation])
    own_release = pa.array(np.where(np.isinf(release), np.nan, release), from_pandas=True)
    pis: Values = pa.array([line.get("proposal_pi") for line in of_observation], pa.string())
    own_pi = pis.take(compute.if_else(nobody, None, pa.array(first)))
    return {
        "release_mjd": compute.coalesce(one_array(table["release_mjd"]), own_release),
        "pi": compute.coalesce(one_array(table["pi"]), own_pi),
    }


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _needs_token(table: pa.Table, release_mjd: Values, today_mjd: float) -> Values:
    """Not public by its rights, and no release date that has passed (MAST protocol dossier, section 6).

    Where nothing is said of its rights, only a release date to come makes a file need a token.
    """
    rights = texts(table["dataRights"])
    to_come = compute.greater(release_mjd, today_mjd)
    told = compute.and_(compute.not_equal(rights, PUBLIC), compute.fill_null(to_come, True))
    return compute.coalesce(told, compute.fill_null(to_come, False))
