"""Owns what stands above a column: its name, and the links that sort by it. Plain Python, no Django."""

from dataclasses import dataclass

from mastportal.tables.columns import Column
from mastportal.tables.grammar import TableQuery


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: `sort_url` sorts by it alone (again: down, then not), `also_url` after the others.

    `width` in CSS pixels is 0 where the column is as wide as its values.
    """

    column: Column
    sort_url: str
    also_url: str
    aria_sort: str
    place: int
    width: int = 0

    @property
    def style(self) -> str:
        return "num" if self.column.is_number else ""


def sorted_url(query: TableQuery, path: str, keys: tuple[str, ...]) -> str:
    """The first page in that order; none is said outright, for a silent address has the remembered."""
    address = query.address(path, sort=keys, page=1)
    return address if keys else f"{address}{'&' if '?' in address else '?'}sort="


def head(column: Column, query: TableQuery, path: str, width: int = 0) -> Head:
    """The heading of a column, its links keeping the rest of the address."""
    keys = [key.removeprefix("-") for key in query.sort]
    place = keys.index(column.name) + 1 if column.name in keys else 0
    direction = "" if not place else "descending" if query.sort[place - 1].startswith("-") else "ascending"
    turned = {"": column.name, "ascending": f"-{column.name}", "descending": ""}[direction]
    alone = (turned,) if turned else ()
    others = tuple(key for key in query.sort if key.removeprefix("-") != column.name)
    also = tuple(
        filter(None, [turned if key.removeprefix("-") == column.name else key for key in query.sort])
    )
    also = also if place else (*others, column.name)
    return Head(
        column=column,
        sort_url=sorted_url(query, path, alone),
        also_url=sorted_url(query, path, also),
        aria_sort=direction,
        place=place if len(keys) > 1 else 0,
        width=width,
    )
