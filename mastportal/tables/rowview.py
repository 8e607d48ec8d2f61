"""One row as the shared templates show it: its cells and how it is marked; no Django, no archive client."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mastportal.tables.cells import Cell, Html, cell, table_cells
from mastportal.tables.columns import Column
from mastportal.tables.paging import Page, Row


@dataclass(frozen=True, slots=True)
class RowState:
    """How a row is marked: a class of the style sheet, an icon, and the words that say it without colour.

    `download_url` is where its file or files are had directly; empty where there are none.
    """

    name: str
    icon: str = ""
    words: str = ""
    short: str = ""
    download_url: str = ""


PLAIN = RowState("")
StateOf = Callable[[Row], RowState]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: `key` names it, `number` is its place in the whole table, `values` are its raw values."""

    key: str
    number: int
    state: RowState
    cells: list[Cell]
    values: Row

    @property
    def html(self) -> Html:
        return table_cells(self.cells)


def row_views(page: Page, key: str, columns: Sequence[Column], state_of: StateOf) -> list[RowView]:
    """The rows of a page: `key` is the column that names them, `columns` are those that are shown."""
    return [
        RowView(
            key=str(row.get(key, number)),
            number=number,
            state=state_of(row),
            cells=[cell(row[column.name], column) for column in columns],
            values=row,
        )
        for number, row in zip(page.numbers, page.rows, strict=True)
    ]
