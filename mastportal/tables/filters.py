"""Which rows of a table a query keeps; imports neither Django nor the archive client.

A column's filters hold together: a row whose value is not null is kept when it passes all of them, a null row
only when `null.COLUMN=1` is among them.
"""

import operator as compare
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Array, Codes, Mask
from mastportal.tables.columns import BadQuery, Column
from mastportal.tables.grammar import Filter, TableQuery, number, truth
from mastportal.tables.sky import inside

__all__ = ["BadQuery", "Masks", "TableQuery", "matching"]


def matching(table: OpenTable, query: TableQuery, *, ignoring: str | None = None) -> Mask:
    """The rows a query keeps, shape (rows,); all filters on the column `ignoring` are left out."""
    return Masks(table, query).ignoring(ignoring)


class Masks:
    """The rows each part of one query keeps, so that leaving one column out costs nothing but an AND."""

    def __init__(self, table: OpenTable, query: TableQuery) -> None:
        by_column: dict[str, list[Filter]] = {}
        for found in query.filters:
            by_column.setdefault(found.column, []).append(found)
        self._of_column = {name: column_mask(table, name, found) for name, found in by_column.items()}
        self._of_all = [_rows_with_word(table, word) for word in query.q.casefold().split()]
        if query.sky:
            self._of_all.append(inside(table, query.sky))
        self._rows = table.num_rows
        self._all: Mask | None = None

    def ignoring(self, column: str | None) -> Mask:
        """The rows kept by all but the filters on one column; callers must not change the array."""
        if column not in self._of_column:
            if self._all is None:
                self._all = self._of(None)
            return self._all
        return self._of(column)

    def _of(self, left_out: str | None) -> Mask:
        kept = np.ones(self._rows, dtype=np.bool_)
        for name, mask in self._of_column.items():
            if name != left_out:
                kept &= mask
        for mask in self._of_all:
            kept &= mask
        return kept


def column_mask(table: OpenTable, name: str, filters: list[Filter]) -> Mask:
    """The rows that pass all filters on one column."""
    column = table.columns[name]
    nulls_wanted = [truth(each.value, f"null.{name}") for each in filters if each.operator == "null"]
    others = [each for each in filters if each.operator != "null"]
    is_null = table.codes(name).null_rows() if column.is_text else np.isnan(table.numbers(name))
    if others or not any(nulls_wanted):
        kept = (
            _text_mask(table.codes(name), others) if column.is_text else _number_mask(table, column, others)
        )
        kept &= ~is_null
    else:
        kept = np.zeros(table.num_rows, dtype=np.bool_)
    return kept | is_null if any(nulls_wanted) else kept


def _text_mask(codes: Codes, filters: list[Filter]) -> Mask:
    kept = np.ones(len(codes.raw_of_row), dtype=np.bool_)
    for operator in dict.fromkeys(each.operator for each in filters):
        values = [each.value for each in filters if each.operator == operator]
        if operator in {"min", "max"}:
            for value in values:
                kept &= codes.rows_having(_beyond(codes.folded, operator, value))
        else:
            wanted = _elements_wanted(codes.folded, operator, values)
            rows = codes.rows_having(wanted)
            kept &= ~rows if operator in {"not", "unlike"} else rows
    return kept


def _elements_wanted(folded: Array, operator: str, values: list[str]) -> Mask:
    if operator in {"f", "not"}:
        alike = [_as_spelled(value.casefold(), folded) for value in values]
        return _mask(pc.is_in(folded, value_set=pa.array(alike, pa.string())))
    wanted = np.zeros(len(folded), dtype=np.bool_)
    for value in values:
        wanted |= _mask(pc.match_substring_regex(folded, wildcard_pattern(value)))
    return wanted


def _as_spelled(value: str, folded: Array) -> str:
    """A value with blanks around it is that value where there is one, else the one without them."""
    if value == value.strip() or pc.any(pc.equal(folded, pa.scalar(value, pa.string()))).as_py():
        return value
    return value.strip()


def wildcard_pattern(text: str) -> str:
    """A regular expression for a text in which only `*` is special."""
    return r"(?s)\A" + ".*".join(re.escape(part) for part in text.strip().casefold().split("*")) + r"\z"


def _beyond(folded: Array, operator: str, value: str) -> Mask:
    limit = pa.scalar(value.strip().casefold(), pa.string())
    return _mask(pc.greater_equal(folded, limit) if operator == "min" else pc.less_equal(folded, limit))


def _number_mask(table: OpenTable, column: Column, filters: list[Filter]) -> Mask:
    numbers = table.numbers(column.name)
    kept = np.ones(len(numbers), dtype=np.bool_)
    for operator in dict.fromkeys(each.operator for each in filters):
        values = [number(each.value, column, operator) for each in filters if each.operator == operator]
        if operator in {"min", "max"}:
            beyond = compare.ge if operator == "min" else compare.le
            for value in values:
                kept &= beyond(numbers, value)
        else:
            kept &= np.isin(numbers, values, invert=operator == "not")
    return kept


def _rows_with_word(table: OpenTable, word: str) -> Mask:
    found = np.zeros(table.num_rows, dtype=np.bool_)
    for name, column in table.columns.items():
        if column.is_text and column.kind != "none":
            codes = table.codes(name)
            found |= codes.rows_having(_mask(pc.match_substring(codes.folded, word)))
    return found


def _mask(flags: Array) -> Mask:
    values: Mask = flags.to_numpy(zero_copy_only=False)
    return values
