"""Links that change a whole facet: all of its values, the opposite, its spellings folded; no Django."""

from collections.abc import Iterable
from dataclasses import replace

from mastportal.tables.columns import Column
from mastportal.tables.folding import can_fold
from mastportal.tables.grammar import Filter, TableQuery

ALL_MOST = 200
# Servers refuse a request whose first line is longer than 8,190 bytes; the host and the method are in it.
ADDRESS_MOST = 7_900
_OPPOSITE = {"f": "not", "not": "f"}


def sendable(address: str) -> str:
    """The address, or an empty one where it is longer than a server takes."""
    return address if len(address) <= ADDRESS_MOST else ""


def all_url(query: TableQuery, path: str, column: str, values: Iterable[str]) -> str:
    """The address that chooses every one of these values; empty for one value, or too many for an address."""
    written = list(dict.fromkeys(values))
    if not 1 < len(written) <= ALL_MOST:
        return ""
    others = tuple(
        each for each in query.filters if each.column != column or each.operator not in {"f", "not"}
    )
    chosen = tuple(Filter("f", column, value) for value in written)
    return sendable(query.address(path, filters=(*others, *chosen), page=1))


def invert_url(query: TableQuery, path: str, column: str) -> str:
    """The address that leaves out what is chosen and chooses what is left out; empty where nothing is."""
    turned = tuple(
        replace(each, operator=_OPPOSITE.get(each.operator, each.operator)) if each.column == column else each
        for each in query.filters
    )
    return query.address(path, filters=turned, page=1) if turned != query.filters else ""


def fold_url(query: TableQuery, path: str, column: Column) -> str:
    """The address with the column's spellings folded, or told apart again; empty where none fold."""
    if not can_fold(column):
        return ""
    folded = tuple(name for name in query.fold if name != column.name)
    return query.address(path, fold=folded if column.name in query.fold else (*folded, column.name))
