"""Arrow columns as plain typed Python values, and conditions on them. Knows no MAST and no HTTP."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    Column = pa.ChunkedArray[Any]
else:  # generic for type checkers only
    Column = pa.ChunkedArray


def schema(fields: Sequence[tuple[str, pa.DataType]]) -> pa.Schema:
    return pa.schema(fields)


def texts(column: Column) -> list[str]:
    """Null is an empty text."""
    return [value or "" for value in column.to_pylist()]


def whole_numbers(column: Column) -> list[int | None]:
    return list(column.to_pylist())


def is_greater(column: Column, bound: float) -> Column:
    """Null is not greater."""
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return pa.chunked_array([pa.array(values > bound)])


def without_blanks(column: Column) -> Column:
    """Texts trimmed, blank ones null."""
    return pa.chunked_array([[text.strip() or None for text in texts(column)]], type=pa.string())
