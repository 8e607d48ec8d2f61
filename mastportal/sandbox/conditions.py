"""The mission search's condition grammar over an Arrow column. Knows nothing of missions or HTTP.

`a,b` any of, `!a` not, `<` `<=` `>` `>=`, `low..high` inclusive, `*` wildcard; texts compare without case.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Column: TypeAlias = "pa.ChunkedArray[Any]"
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def meets(column: Column, condition: object) -> np.ndarray:
    """A mask over the rows; raises ValueError with a sentence for a bound that is no number."""
    parts = [part.strip() for part in str(condition).split(",") if part.strip()]
    wanted = [_one(column, part) for part in parts if not part.startswith("!")]
    mask = np.logical_or.reduce(wanted) if wanted else np.ones(len(column), dtype=bool)
    for part in parts:
        if part.startswith("!"):
            mask = mask & ~_one(column, part[1:])
    found: np.ndarray = mask
    return found


def _one(column: Column, text: str) -> np.ndarray:
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    values = column.cast(pa.float64()).to_numpy() if is_number else _texts(column)
    read: Callable[[str], Any] = _number if is_number else str.lower
    if ".." in text:
        low, _, high = text.partition("..")
        return _masked((values >= read(low)) & (values <= read(high)), column)
    for sign, compare in _COMPARISONS.items():
        if text.startswith(sign):
            return _masked(compare(values, read(text[len(sign) :].strip())), column)
    if is_number:
        return _masked(values == read(text), column)
    like = re.compile(".*".join(re.escape(part) for part in text.lower().split("*")), re.DOTALL)
    return _masked(np.array([like.fullmatch(value) is not None for value in values], dtype=bool), column)


def _texts(column: Column) -> np.ndarray:
    return np.array([str(value or "").strip().lower() for value in column.to_pylist()], dtype=object)


def _masked(mask: Any, column: Column) -> np.ndarray:
    """A null meets nothing."""
    met: np.ndarray = np.asarray(mask, dtype=bool) & column.is_valid().to_numpy()
    return met


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number.") from None
