"""Links from one view of a table to another: chips of filters, and pages; no Django, no archive client."""

from collections.abc import Mapping
from dataclasses import dataclass

from mastportal.sphere import regions
from mastportal.tables.cells import iso, plain_number, size_words
from mastportal.tables.columns import Column
from mastportal.tables.grammar import Filter, TableQuery
from mastportal.tables.paging import Page

WORDS = {"f": "", "not": "not ", "min": "from ", "max": "to ", "like": "like ", "unlike": "not like "}


@dataclass(frozen=True, slots=True)
class Link:
    """A link, and whether it leads to where one is."""

    text: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words, and the address without it."""

    label: str
    text: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Pager:
    """The pages around the one shown; `first_row` and `last_row` count from 1. Urls are empty at the ends."""

    page: int
    pages: int
    first_row: int
    last_row: int
    first_url: str
    previous_url: str
    next_url: str
    last_url: str


def pager(query: TableQuery, page: Page, path: str) -> Pager:
    def url(number: int) -> str:
        return query.address(path, page=number) if 1 <= number <= page.pages != 1 else ""

    start = (page.page - 1) * page.page_size
    return Pager(
        page=page.page,
        pages=page.pages,
        first_row=start + 1 if page.rows else 0,
        last_row=start + len(page.rows),
        first_url=url(1) if page.page > 1 else "",
        previous_url=url(page.page - 1) if page.page > 1 else "",
        next_url=url(page.page + 1) if page.page < page.pages else "",
        last_url=url(page.pages) if page.page < page.pages else "",
    )


def chips(query: TableQuery, columns: Mapping[str, Column], path: str) -> list[Chip]:
    """Every filter in the order it was set."""
    found = [
        Chip(
            columns[each.column].label,
            _words(each, columns[each.column]),
            query.without(each.operator, each.column, each.value).address(path),
        )
        for each in query.filters
    ]
    if query.q:
        found.append(Chip("Any text", f"“{query.q}”", query.address(path, q="", page=1)))
    if query.sky:
        found.append(Chip("Sky", regions.words(query.sky), query.address(path, sky="", page=1)))
    return found


def _words(found: Filter, column: Column) -> str:
    if found.operator == "null":
        return "no value" if found.value.casefold() in {"1", "true", "t", "yes"} else "any value"
    return (
        WORDS[found.operator] + bound_words(found.value, column)
        if found.value
        else f"{WORDS[found.operator]}empty"
    )


def bound_words(text: str, column: Column) -> str:
    """A number of a filter as the table shows such numbers; dates and texts as they were written."""
    try:
        value = float(text)
    except ValueError:
        return text
    if column.unit.upper() == "MJD":
        return iso(value)
    if column.unit == "bytes":
        return size_words(value)
    if column.type == "int" and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return plain_number(value) + (f" {column.unit}" if column.unit else "") if column.is_number else text
