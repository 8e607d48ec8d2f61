"""How a keyword column leaves the archive: its JSON type and its dates. Knows no rows beyond the column's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

Column: TypeAlias = "pa.ChunkedArray[Any]"
# The stubs refuse plain texts where the kernels take them.
pc: Any = pyarrow.compute


@dataclass(frozen=True)
class KeywordColumn:
    """`type` is the word in the answer's fields."""

    values: Column
    type: str


def keyword_column(name: str, column: Column, names: Mapping[str, str]) -> KeywordColumn:
    """Text twins of `_mjd` columns leave as `/Date(ms)/` of type date, as MAST's Mashup writes them.

    `names` maps the table's lower-case column names to their spelling.
    """
    kind = column.type
    is_date = pa.types.is_temporal(kind) or f"{name.lower()}_mjd" in names
    if is_date and not pa.types.is_floating(kind):
        return KeywordColumn(_as_dates(column), "date")
    if pa.types.is_boolean(kind):
        return KeywordColumn(column, "boolean")
    if pa.types.is_integer(kind):
        return KeywordColumn(column, "int")
    return KeywordColumn(column, "float" if pa.types.is_floating(kind) else "string")


def _as_dates(column: Column) -> Column:
    """Milliseconds and moments become `/Date(ms)/`; texts of that form pass, ISO texts are turned into it."""
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64())
    if not pa.types.is_integer(column.type):
        texts = column.cast(pa.string())
        if pc.any(pc.starts_with(texts, "/Date(")).as_py() or texts.null_count == len(texts):
            return texts
        try:
            column = texts.cast(pa.timestamp("us")).cast(pa.timestamp("ms"), safe=False).cast(pa.int64())
        except pa.ArrowInvalid:
            return texts
    dates: Column = pc.binary_join_element_wise("/Date(", column.cast(pa.string()), ")/", "")
    return dates
