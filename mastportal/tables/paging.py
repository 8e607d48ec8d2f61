"""The order of a table's rows and one page of them as plain values; no Django, no archive client."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Ints, Mask
from mastportal.tables.columns import columns_named
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `total` rows in the table, `matched` under the filters; values are JSON's, NaN is None."""

    total: int
    matched: int
    page: int
    page_size: int
    rows: list[Row]
    numbers: list[int]

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.matched / self.page_size))


def page(table: OpenTable, query: TableQuery) -> Page:
    """The page a query asks for, its columns in the order asked for; one past the end has no rows."""
    ordered = ordered_rows(table, query)
    start = (query.page - 1) * query.page_size
    wanted = ordered[start : start + query.page_size]
    rows = rows_at(table, wanted, query.columns or tuple(table.columns))
    return Page(table.num_rows, len(ordered), query.page, query.page_size, rows, wanted.tolist())


def rows_at(table: OpenTable, numbers: Ints, columns: Sequence[str]) -> list[Row]:
    """Rows by their numbers, with the values of those columns."""
    described = columns_named(columns, table.schema, "columns")
    found: list[Row] = table.table.select(list(columns)).take(numbers).to_pylist()
    floats = [column.name for column in described if column.type == "float"]
    for row in found:
        for name in floats:
            value = row[name]
            if isinstance(value, float) and not math.isfinite(value):
                row[name] = None
    return found


def ordered_rows(table: OpenTable, query: TableQuery) -> Ints:
    """Numbers of the rows a query keeps, sorted as it says: nulls last either way, ties by row number."""
    return sorted_rows(table, query.sort, matching(table, query))


def sorted_rows(table: OpenTable, sort: tuple[str, ...], mask: Mask) -> Ints:
    if not sort:
        return np.flatnonzero(mask)
    order = table.recent(("order", sort), lambda: _order(table, sort))
    found: Ints = order[mask[order]]
    return found


def _order(table: OpenTable, sort: tuple[str, ...]) -> Ints:
    keys = [_key(table, name) for name in reversed(sort)]
    order: Ints = np.lexsort(keys)
    return order


def _key(table: OpenTable, name: str) -> Ints:
    ranks = table.ranks(name.removeprefix("-"))
    last = int(ranks.max(initial=0)) + 1
    upward = -ranks if name.startswith("-") else ranks
    return np.where(ranks == 0, last, upward)
