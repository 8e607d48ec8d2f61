"""Owns which rows of a search's snapshot are meant when somebody adds them to a basket. Changes nothing."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa

from basket.arrays import Mask, among, not_among
from basket.contents import PLANNED_LEVEL
from basket.lines import OBSERVATION_COLUMNS
from mastportal.search.models import Search
from mastportal.search.results import open_table, snapshot
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

SHOWN_AT_FAULT = 3


def table_of_search(search_id: str, result: str = "") -> OpenTable:
    """The rows of a search: of the snapshot `result`, else the newest. Raises BadQuery, search's NoRows."""
    return open_table(snapshot(_search(search_id), result).pk)


def question_of(search_id: str) -> str:
    """What a search asked, in words. Raises BadQuery."""
    return _search(search_id).words


def _search(search_id: str) -> Search:
    try:
        return Search.objects.select_related("current", "latest").get(pk=UUID(str(search_id)))
    except (ValueError, Search.DoesNotExist):
        raise BadQuery("There is no such search.", "search") from None


def rows_named(
    table: OpenTable, key: str, names: Sequence[str], columns: Iterable[str]
) -> list[dict[str, Any]]:
    """The rows whose `key` column is one of `names`. Raises BadQuery for names that are not there."""
    _check_kind(table, key)
    wanted, keys = [str(name) for name in names], table.table[key]
    if foreign := not_among(wanted, keys):
        raise BadQuery(f"Not among the rows of this search: {', '.join(foreign[:SHOWN_AT_FAULT])}.", key)
    return _rows(table, among(keys, wanted), columns)


def rows_matching(table: OpenTable, key: str, filters: str, columns: Iterable[str]) -> list[dict[str, Any]]:
    """The rows that the table grammar's query string keeps; all of them when it is empty. Raises BadQuery."""
    _check_kind(table, key)
    return _rows(table, matching(table, TableQuery.parse(filters, table.schema)), columns)


def _check_kind(table: OpenTable, key: str) -> None:
    if key not in table.columns:
        kind = "observations" if key == "obsid" else "files"
        raise BadQuery(f"The rows of this search are not {kind}; add them as what they are.", "search")


def _rows(table: OpenTable, mask: Mask, columns: Iterable[str]) -> list[dict[str, Any]]:
    there = [name for name in columns if name in table.columns]
    return list(table.table.select(there).filter(pa.array(mask)).to_pylist())


def observation_named(search_id: str, obsid: str, result: str = "") -> dict[str, Any]:
    """The row of one executed observation of a search. Raises BadQuery, search's NoRows."""
    table = table_of_search(search_id, result)
    row = rows_named(table, "obsid", [obsid], OBSERVATION_COLUMNS)[0]
    if row.get("calib_level") == PLANNED_LEVEL:
        raise BadQuery("This observation is planned and has no products yet.", "obsid")
    return row | {"obsid": str(row["obsid"])}
