"""Leaves rows out of an Arrow table by the values a question excludes, which the archive cannot be told."""

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from mastportal.mast.column_filters import ColumnFilter, is_pattern


def leaving_out(table: pa.Table, filters: Sequence[ColumnFilter]) -> pa.Table:
    """The rows with none of the values excluded; a row without a value stays.

    Texts compare ignoring case, those joined in one value each by itself, `*` and `%` stand for any text,
    and an instrument's plain name for all its modes: as the archive compares what is asked for.
    """
    for each in filters:
        if each.excluded:
            table = table.filter(_kept(table, each))
    return table


def unwanted_pattern(chosen: ColumnFilter) -> str:
    """A regular expression that fully matches each value left out, to be used ignoring case."""
    values = list(chosen.excluded)
    if chosen.column == "instrument_name":
        values += [f"{value}/*" for value in values if "/" not in value and not is_pattern(value)]
    return "|".join(".*".join(map(re.escape, re.split("[*%]", value))) for value in values)


def _kept(table: pa.Table, chosen: ColumnFilter) -> "pa.Array[Any]":
    """For each row whether it stays."""
    column = table.column(chosen.column).combine_chunks()
    separator = (table.schema.field(chosen.column).metadata or {}).get(b"separator", b"").decode()
    is_unwanted = _judge(unwanted_pattern(chosen), separator)
    distinct = pc.unique(column).drop_null()
    texts = distinct.cast(pa.string()).to_pylist()
    unwanted = distinct.filter(pa.array([is_unwanted(str(text)) for text in texts], pa.bool_()))
    kept: pa.Array[Any] = cast(Any, pc).invert(pc.is_in(column, value_set=unwanted))
    return kept


def _judge(pattern: str, separator: str) -> Callable[[str], bool]:
    matches = re.compile(pattern, re.IGNORECASE | re.DOTALL).fullmatch

    def is_unwanted(text: str) -> bool:
        parts = [text, *(part.strip() for part in text.split(separator))] if separator else [text]
        return any(matches(part) for part in parts)

    return is_unwanted
