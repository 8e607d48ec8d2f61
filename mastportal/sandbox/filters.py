"""The Mashup's filter grammar over an Arrow table. Knows nothing of HTTP, services or paging.

Filters are joined by AND, the values and the free text of one filter by OR. Texts compare without case.
With a separator the stored text is split and any trimmed part may match. `%` is the only wildcard and nothing
is implied at the ends. Bounds are inclusive, a missing one is open. A null never matches.
A range over a text column is ignored and returns every row: MAST does so for date texts.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .opened import OpenTable

TRUE_WORDS = {"true", "t", "1", "yes"}
FALSE_WORDS = {"false", "f", "0", "no"}


class BadFilter(ValueError):
    """A filter that cannot be read; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a question; `ranges` are (min, max) pairs as they were sent."""

    column: str
    values: tuple[str, ...] = ()
    ranges: tuple[tuple[object, object], ...] = ()
    free_text: str = ""
    separator: str = ""


def parse_filters(given: object) -> list[Filter]:
    """Raises BadFilter."""
    if not isinstance(given, list):
        raise BadFilter("filters must be a list")
    return [_parse(each) for each in given]


def _parse(given: object) -> Filter:
    if not isinstance(given, dict) or not given.get("paramName"):
        raise BadFilter("each filter is an object with a paramName")
    name = str(given["paramName"])
    values = given.get("values")
    values = values if isinstance(values, list) else [] if values is None else [values]
    ranges = tuple((value.get("min"), value.get("max")) for value in values if isinstance(value, dict))
    texts = tuple(_text(value) for value in values if not isinstance(value, dict))
    return Filter(name, texts, ranges, str(given.get("freeText") or ""), str(given.get("separator") or ""))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _bounds(ends: tuple[object, object], name: str) -> tuple[float, float]:
    try:
        low, high = (None if end in (None, "") else float(str(end)) for end in ends)
    except ValueError:
        raise BadFilter(f"The bounds of {name} must be numbers.") from None
    return -np.inf if low is None else low, np.inf if high is None else high


def matching(opened: OpenTable, filters: Sequence[Filter]) -> np.ndarray:
    """A mask over the rows; raises BadFilter for a column that is not there."""
    mask = np.ones(opened.num_rows, dtype=bool)
    for each in filters:
        mask &= _matches(opened, each)
    return mask


def _matches(opened: OpenTable, wanted: Filter) -> np.ndarray:
    name = opened.exact_names.get(wanted.column.lower())
    if name is None:
        raise BadFilter(f"Invalid column name '{wanted.column}'.")
    everything = np.ones(opened.num_rows, dtype=bool)
    kind = opened.table.schema.field(name).type
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if wanted.ranges and not is_number:
        return everything
    if not (wanted.values or wanted.ranges or wanted.free_text):
        return everything
    mask = ~everything
    if is_number:
        mask |= _numbers_match(opened, name, wanted)
    elif wanted.values:
        mask |= _texts_match(opened, name, _any_of(wanted.values, pa.types.is_boolean(kind)), wanted)
    if wanted.free_text:
        mask |= _texts_match(opened, name, _like(wanted.free_text), wanted)
    return mask


def _numbers_match(opened: OpenTable, name: str, wanted: Filter) -> np.ndarray:
    column = opened.table[name]
    mask = np.zeros(len(column), dtype=bool)
    if not (wanted.values or wanted.ranges):
        return mask
    numbers = column.cast(pa.float64()).to_numpy()
    if wanted.values:
        mask |= np.isin(numbers, [_number(text, name) for text in wanted.values])
    for ends in wanted.ranges:
        low, high = _bounds(ends, name)
        with np.errstate(invalid="ignore"):
            mask |= (numbers >= low) & (numbers <= high)
    return mask


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadFilter(f"'{text}' is not a number, which {name} must be.") from None


def _any_of(values: Sequence[str], is_boolean: bool) -> Callable[[str], bool]:
    folded = {value.lower() for value in values}
    if is_boolean:
        folded = ({"true"} if folded & TRUE_WORDS else set()) | ({"false"} if folded & FALSE_WORDS else set())
    return folded.__contains__


def _like(pattern: str) -> Callable[[str], bool]:
    expression = ".*".join(re.escape(part) for part in pattern.strip().lower().split("%"))
    found = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: found(text) is not None


def _texts_match(opened: OpenTable, name: str, accepts: Callable[[str], bool], wanted: Filter) -> np.ndarray:
    """Judges each distinct text once, then every row by its code."""
    _, codes = opened.codes(name)
    separator = wanted.separator
    folded = opened.folded(name)
    if separator:
        accepted = [accepts(t) or any(accepts(part.strip()) for part in t.split(separator)) for t in folded]
    else:
        accepted = [accepts(text) for text in folded]
    # A null row's code of -1 picks the last place, which accepts nothing.
    picked: np.ndarray = np.append(np.array(accepted, dtype=bool), [False])[codes]
    return picked
