"""Rows by their keys: all that match, which of some match, where one stands; no Django, no archive client."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Array
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows

KEYS_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its `number` in the whole table from 0; its `place` among the rows a query keeps,
    in their order from 1, and the `page` it is on. Both are None where the query leaves it out."""

    number: int
    place: int | None
    page: int | None


def keys_matching(table: OpenTable, query: TableQuery, most: int = KEYS_MOST) -> list[str]:
    """The keys of all rows a query keeps, in the table's order. Raises BadQuery for more than `most`."""
    mask = matching(table, query)
    if (count := int(mask.sum())) > most:
        raise BadQuery(
            f"{count:,} rows match, and at most {most:,} can be selected one by one; "
            "filter further, or add all that match.",
            "keys",
        )
    kept: list[str | None] = _keys(table).filter(pa.array(mask)).to_pylist()
    return [key for key in kept if key is not None]


def count_among(table: OpenTable, query: TableQuery, keys: Iterable[str]) -> tuple[int, int]:
    """How many rows have one of these keys, and how many of them the query keeps."""
    named = pc.is_in(_keys(table), value_set=pa.array(list(keys), pa.string())).to_numpy(zero_copy_only=False)
    return int(named.sum()), int((named & matching(table, query)).sum())


def place_of(table: OpenTable, query: TableQuery, key: str) -> Place | None:
    """Where the row of that key stands under a query; None where no row has it."""
    number = int(pc.index(_keys(table), pa.scalar(key, pa.string())).as_py())
    if number < 0:
        return None
    found = np.flatnonzero(ordered_rows(table, query) == number)
    if not len(found):
        return Place(number, None, None)
    return Place(number, int(found[0]) + 1, int(found[0]) // query.page_size + 1)


def _keys(table: OpenTable) -> Array:
    """The column that names the rows, as text. Raises BadQuery for a table without one."""
    if table.key not in table.columns:
        raise BadQuery("The rows of this table have no names of their own.", "key")
    keys: Array = table.table.column(table.key).cast(pa.string()).combine_chunks()
    return keys
