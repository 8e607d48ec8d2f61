"""What each column of the archive's tables is: label, type, unit, meaning, how it may be filtered.

Owns the field tables beside it (facts of the archive, words of ours); imports nothing of ours.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Literal

import pyarrow as pa

Kind = Literal["values", "range", "text", "none"]
INSTRUMENTS = {
    "nircam": "NIRCam",
    "niriss": "NIRISS",
    "nirspec": "NIRSpec",
    "miri": "MIRI",
    "fgs": "FGS",
    "guidestar": "Guide Star",
    "wss": "WSS",
}
_LETTERS = dict(zip(INSTRUMENTS, "CISMFGW", strict=True))
_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}
_KIND_OF_TYPE: dict[str, Kind] = {"float": "range", "int": "range", "date": "none"}
_VISIBLE_KEYWORDS = frozenset(
    """filename fileName program observtn visit_id targprop exp_type detector filter pupil grating
    channel band subarray readpatt effexptm date_obs_mjd publicReleaseDate_mjd category pi_name
    productLevel fileSize targ_ra targ_dec tsovisit apername ap_type corr_id visitId""".split()  # noqa: SIM905 - thirty lines otherwise
)

# Where a label is wider than what stands below it: what a table writes above the column instead.
_HEADINGS = {
    "target_name": "Target",
    "calib_level": "Level",
    "t_min": "Start",
    "t_exptime": "Exposure",
    "proposal_id": "Programme",
    "proposal_pi": "PI",
    "exp_type": "Exp. type",
    "pupil": "Pupil",
    "targprop": "Target",
    "program": "Programme",
    "observtn": "Obs.",
    "effexptm": "Exposure",
    "date_obs_mjd": "Observed",
    "productLevel": "Level",
    "category": "Category",
    "pi_name": "PI",
    "tsovisit": "TSO",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column; `separator` where one value may hold several, `kind` none where it cannot be asked for."""

    name: str
    label: str
    type: str
    unit: str = ""
    description: str = ""
    kind: Kind = "text"
    separator: str = ""
    visible: bool = False
    group: str = ""
    choices: tuple[str, ...] = field(default=())

    def arrow(self) -> "pa.Field[pa.DataType]":
        notes = {
            "label": self.label,
            "unit": self.unit,
            "description": self.description,
            "separator": self.separator,
            "kind": self.kind,
            "visible": "1" if self.visible else "0",
        }
        if heading := _HEADINGS.get(self.name):
            notes["heading"] = heading
        ucd, system = _facts().get(self.name, ("", ""))
        notes |= {"ucd": ucd} if ucd else {}
        notes |= {"system": system} if system else {}
        return pa.field(self.name, _ARROW[self.type], metadata=notes)


def fields_of(collection: str, instrument: str | None = None) -> tuple[Field, ...]:
    """The columns of a collection's table in their order; `instrument` (a key of INSTRUMENTS) for keywords.

    Raises KeyError for an instrument that is not one.
    """
    if collection != "jwst-keywords":
        return OBSERVATION_FIELDS
    return _keyword_fields((instrument or "").casefold())


def fields_by_name(collection: str, instrument: str | None = None) -> dict[str, Field]:
    """The same, by casefolded name, so that a person's spelling finds the archive's."""
    return {each.name.casefold(): each for each in fields_of(collection, instrument)}


def arrow_schema(fields: Iterable[Field]) -> pa.Schema:
    """Declared types, with what `tables/` and the pages need as metadata; `key` names the row key column."""
    columns = [each.arrow() for each in fields]
    key = "obsid" if any(column.name == "obsid" for column in columns) else "dataURI"
    return pa.schema(columns, metadata={"key": key})


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("mastportal.mast").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _facts() -> dict[str, tuple[str, str]]:
    """What a column is in the words of the Virtual Observatory: its UCD 1.5 and its system.

    The system is icrs, utc (MJD in UTC) or tdb (MJD in TDB at the barycentre). The observation columns' UCDs
    are ObsCore's where it has the column, the others chosen from the IVOA's list.
    """
    return {row["name"]: (row["ucd"], row["system"]) for row in _rows("column_facts.csv")}


def _plain_field(row: dict[str, str]) -> Field:
    return Field(
        name=row["name"],
        label=row["label"],
        type=row["type"],
        unit=row["unit"],
        description=row["description"],
        kind=_kind(row["kind"]),
        separator=row["separator"],
        visible=row["visible"] == "1",
        group=row["group"],
        choices=tuple(filter(None, row["choices"].split(";"))),
    )


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {"values": "values", "range": "range", "text": "text", "none": "none"}
    return kinds[text]


@cache
def _keyword_fields(instrument: str) -> tuple[Field, ...]:
    letter = _LETTERS[instrument]
    choices = {
        row["name"]: tuple(row["choices"].split())
        for row in _rows("keyword_choices.csv")
        if letter in row["instruments"]
    }
    rows = [row for row in _rows("keywords.csv") if letter in row["instruments"]]
    found = [_keyword_field(row, choices.get(row["name"], ())) for row in rows]
    return tuple(sorted(found, key=lambda each: not each.visible))


def _keyword_field(row: dict[str, str], choices: tuple[str, ...]) -> Field:
    """Date texts cannot be filtered, only their MJD twins; flags are the texts t and f (STScI notebooks)."""
    written = row["type"]
    kind = _KIND_OF_TYPE.get(written, "text")
    if written in ("flag", "bool"):
        choices = ("t", "f") if written == "flag" else ("true", "false")
    return Field(
        name=row["name"],
        label=row["label"],
        type={"date": "string", "flag": "string"}.get(written, written),
        unit=row["unit"],
        description=row["description"],
        kind="values" if choices else kind,
        visible=row["name"] in _VISIBLE_KEYWORDS,
        group=row["group"],
        choices=choices,
    )


OBSERVATION_FIELDS = tuple(_plain_field(row) for row in _rows("observation_fields.csv"))
PRODUCT_FIELDS = tuple(_plain_field(row) for row in _rows("product_fields.csv"))
DISTANCE = Field(
    "distance",
    "Distance",
    "float",
    "arcsec",
    "From the position asked for to the footprint; 0 inside",
    "none",
)
FIELDS_WITH_DISTANCE = (*OBSERVATION_FIELDS, replace(DISTANCE, visible=True, group="Position"))
