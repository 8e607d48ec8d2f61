"""Owns what is shown of one row: every field with its meaning, links, and the Python that fetches it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.urls import NoReverseMatch, reverse

from accounts import archive
from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import fields_by_name
from mastportal.mast.identifiers import is_obsid
from mastportal.search import results
from mastportal.search.models import ResultSet, Search
from mastportal.search.preview_rows import picture_of
from mastportal.search.rowstates import PLANNED_LEVEL, states_of
from mastportal.tables.cells import Cell, cell
from mastportal.tables.columns import Column
from mastportal.tables.paging import Row, rows_at

SHOWN_MOST = 2000
PROGRAMME_PAGES = {
    "JWST": "https://www.stsci.edu/jwst-program-info/program/?program=",
    "HST": "https://www.stsci.edu/hst-program-info/program/?program=",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a row; `meaning` is what its column is about, in a sentence."""

    column: Column
    cell: Cell

    @property
    def text(self) -> str:
        """The value, as far as a page bears it: the archive has texts of a hundred thousand characters."""
        return self.cell.text if len(self.cell.text) <= SHOWN_MOST else f"{self.cell.text[:SHOWN_MOST]}…"

    @property
    def beside(self) -> str:
        """The exact value where the text is not it."""
        return "" if self.cell.title == self.cell.text else self.cell.title[:SHOWN_MOST]

    @property
    def meaning(self) -> str:
        return "" if self.column.description == self.column.label else self.column.description


def row_context(search: Search, result: ResultSet, number: int) -> dict[str, Any]:
    """All about row `number` of a snapshot. Raises NoRows, and IndexError where there is no such row."""
    table, row = results.open_table(result.pk), row_of(result, number)
    return {
        "search": search,
        "result": result,
        "number": number,
        "key": str(row.get(table.key, number)),
        "title": row.get("obs_id") or row.get("filename") or row.get(table.key),
        "row_state": states_of(archive.today_mjd(), str(search.pk))(row),
        "groups": _groups(search, table.columns, row),
        "missing": [column for name, column in table.columns.items() if row[name] is None],
        "preview_url": reverse("preview", args=[result.pk, number]) if picture_of(row) else "",
        "preview_none": "Planned: no preview yet" if _is_planned(row) else "No preview",
        "products_url": _products_url(search, result, number, row),
        "programme": _programme(row)[1],
        "programme_here": _programme_here(row),
        "programme_url": _programme_url(row),
        "code": _code(row),
    }


def row_of(result: ResultSet, number: int) -> Row:
    """Row `number` of a snapshot with all its values. Raises NoRows, IndexError where there is none."""
    table = results.open_table(result.pk)
    if not 0 <= number < table.num_rows:
        raise IndexError(number)
    return rows_at(table, np.array([number]), list(table.columns))[0]


def _groups(search: Search, columns: dict[str, Column], row: Row) -> list[tuple[str, list[Fact]]]:
    """Fields that have a value, in the groups of Advanced Search."""
    instrument = search.criteria.get("instrument")
    known = fields_by_name(search.collection, instrument)
    groups: dict[str, list[Fact]] = {}
    for name, column in columns.items():
        if row[name] is not None:
            group = known[name.casefold()].group if name.casefold() in known else "Position"
            groups.setdefault(group, []).append(Fact(column, cell(row[name], column)))
    return list(groups.items())


def _is_planned(row: Row) -> bool:
    return row.get("calib_level") == PLANNED_LEVEL


def obsid_of(row: Row) -> str:
    """The observation whose products can be listed; empty for planned ones and for rows of files."""
    obsid = str(row.get("obsid") or "")
    return obsid if is_obsid(obsid) and not _is_planned(row) else ""


def _products_url(search: Search, result: ResultSet, number: int, row: Row) -> str:
    return reverse("result-row-products", args=[search.pk, result.pk, number]) if obsid_of(row) else ""


def _programme(row: Row) -> tuple[str, str]:
    """Mission and programme; empty where the row names none."""
    mission = str(row.get("obs_collection") or ("JWST" if "program" in row else ""))
    return mission, str(row.get("proposal_id") or row.get("program") or "")


def _programme_here(row: Row) -> str:
    """The portal's own page of the programme; empty where it cannot have one."""
    mission, programme = _programme(row)
    try:
        return reverse("programme", args=[mission, programme]) if mission and programme else ""
    except NoReverseMatch:
        return ""


def _programme_url(row: Row) -> str:
    mission, programme = _programme(row)
    return f"{PROGRAMME_PAGES[mission]}{programme}" if programme and mission in PROGRAMME_PAGES else ""


def _code(row: Row) -> str:
    """Lines for astroquery that fetch just this; empty where the row has no id that can be asked for."""
    name = row.get("obs_id") or row.get("fileSetName")
    try:
        return parse_question({"collection": "ids", "ids": str(name)}).code() if name else ""
    except BadQuestion:
        return ""
