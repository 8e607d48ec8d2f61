"""What generated scripts bring along to filter and sort as the portal does; the portal reads it as text.

Never imported outside tests, for astropy is slow to load. A script takes the functions it uses, and theirs.
"""

import re
from contextlib import suppress
from typing import Any

import numpy as np
from astropy.table import Table
from numpy.typing import NDArray


def texts(table: Table, name: str) -> list[str | None]:
    """The column as texts: 3.0 is 3, and what is empty or masked is None."""
    if name not in table.colnames:
        return [None] * len(table)
    found: list[str | None] = []
    for value in table[name].tolist():
        if value is None or value == "" or value != value:
            found.append(None)
        elif isinstance(value, bool):
            found.append("t" if value else "f")
        else:
            found.append(str(int(value) if isinstance(value, float) and value.is_integer() else value))
    return found


def numbers(table: Table, name: str) -> NDArray[np.float64]:
    """The column as numbers: what is masked, infinite or no number is NaN."""
    found = np.full(len(table), np.nan)
    for row, text in enumerate(texts(table, name)):
        with suppress(ValueError):
            found[row] = {"t": 1, "f": 0, "true": 1, "false": 0}.get(text or "", text)
    return np.where(np.isfinite(found), found, np.nan)


def elements(table: Table, name: str, separator: str = "") -> list[list[str]]:
    """The texts without capitals, taken apart where one holds several; a missing one has none."""
    found = []
    for text in texts(table, name):
        whole = (text or "").casefold()
        parts = [part.strip() for part in whole.split(separator)] if separator else [whole]
        found.append([] if text is None else [part for part in parts if part or not separator] or [""])
    return found


def is_known(table: Table, name: str) -> NDArray[np.bool_]:
    """Where the archive gives a text."""
    return np.array([text is not None for text in texts(table, name)], bool)


def is_any(table: Table, name: str, wanted: list[str], separator: str = "") -> NDArray[np.bool_]:
    """Where the text, or one of its elements, is one of those wanted, whatever the capitals."""
    folded = {text.casefold() for text in wanted}
    return np.array([bool(folded.intersection(each)) for each in elements(table, name, separator)], bool)


def is_like(table: Table, name: str, patterns: list[str], separator: str = "") -> NDArray[np.bool_]:
    """Where the text, or one of its elements, is like a pattern in which * stands for anything."""
    regular = "|".join(".*".join(map(re.escape, pattern.casefold().split("*"))) for pattern in patterns)
    matches = re.compile(regular, re.DOTALL).fullmatch
    return np.array([any(map(matches, each)) for each in elements(table, name, separator)], bool)


def is_between(
    table: Table, name: str, first: str | None, last: str | None, separator: str = ""
) -> NDArray[np.bool_]:
    """Where the text, or an element of it, stands behind `first` in the alphabet, and one before `last`."""
    kept = [
        (first is None or any(part >= first for part in each))
        and (last is None or any(part <= last for part in each))
        and bool(each)
        for each in elements(table, name, separator)
    ]
    return np.array(kept, bool)


def has_words(table: Table, words: str, names: list[str]) -> NDArray[np.bool_]:
    """Where each of the words is part of one of these columns."""
    columns = [elements(table, name) for name in names]
    rows = [" \n ".join(part for column in columns for part in column[row]) for row in range(len(table))]
    return np.array([all(word in row for word in words.casefold().split()) for row in rows], bool)


def sorted_by(table: Table, names: list[str], text_names: list[str]) -> Table:
    """The rows by several columns, falling where a name begins with -; missing values last either way."""
    order = list(range(len(table)))
    for name in reversed(names):
        column = name.removeprefix("-")
        keys: list[Any]
        if column in text_names:
            keys = [None if text is None else text.casefold() for text in texts(table, column)]
        else:
            keys = [None if value != value else value for value in numbers(table, column).tolist()]
        known = [row for row in order if keys[row] is not None]
        known.sort(key=lambda row: keys[row], reverse=name.startswith("-"))
        order = known + [row for row in order if keys[row] is None]
    return table[order]
