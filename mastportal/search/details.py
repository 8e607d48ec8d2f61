"""Owns what is shown of one row: every field with its meaning, links, and the Python that fetches it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts import archive
from mastportal.mast.criteria import parse_question
from mastportal.mast.fields import fields_by_name
from mastportal.search import results
from mastportal.search.models import ResultSet, Search
from mastportal.search.rowstates import states_of
from mastportal.tables.cells import Cell, cell
from mastportal.tables.columns import Column
from mastportal.tables.paging import Row, rows_at

PROGRAMME_PAGES = {
    "JWST": "https://www.stsci.edu/jwst-program-info/program/?program=",
    "HST": "https://www.stsci.edu/hst-program-info/program/?program=",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a row."""

    column: Column
    cell: Cell


def row_context(search: Search, result: ResultSet, number: int) -> dict[str, Any]:
    """All about row `number` of a snapshot. Raises NoRows, and IndexError where there is no such row."""
    table = results.open_table(result.pk)
    if not 0 <= number < table.num_rows:
        raise IndexError(number)
    row = rows_at(table, np.array([number]), list(table.columns))[0]
    return {
        "search": search,
        "result": result,
        "number": number,
        "key": str(row.get(table.key, number)),
        "title": row.get("obs_id") or row.get("filename") or row.get(table.key),
        "row_state": states_of(archive.today_mjd(), str(search.pk))(row),
        "groups": _groups(search, table.columns, row),
        "programme_url": _programme_url(row),
        "code": _code(row),
    }


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


def _programme_url(row: Row) -> str:
    mission = str(row.get("obs_collection") or ("JWST" if "program" in row else ""))
    programme = row.get("proposal_id") or row.get("program")
    return f"{PROGRAMME_PAGES[mission]}{programme}" if programme and mission in PROGRAMME_PAGES else ""


def _code(row: Row) -> str:
    """Lines for astroquery that fetch just this; empty where the row has no id."""
    name = row.get("obs_id") or row.get("fileSetName")
    return parse_question({"collection": "ids", "ids": str(name)}).code() if name else ""
