"""The table grammar once more, in plain Python without care for speed: the real one is held against it."""

import fnmatch
import math
from collections import Counter

import pyarrow as pa

from mastportal.tables.columns import Column, columns_of
from mastportal.tables.grammar import TableQuery

Row = dict[str, object]


def rows_of(table: pa.Table) -> list[Row]:
    rows = table.to_pylist()
    return [{name: _known(value) for name, value in row.items()} for row in rows]


def _known(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def elements(value: object, separator: str) -> list[object]:
    if not isinstance(value, str):
        return [value]
    parts = [part.strip() for part in value.split(separator)] if separator else [value]
    folded = [part.casefold() for part in parts if part or not separator]
    return list(dict.fromkeys(folded)) or [""]


def _like(element: object, text: str) -> bool:
    pattern = text.strip().casefold().replace("[", "[[]").replace("?", "[?]")
    return fnmatch.fnmatchcase(str(element), pattern)


def _passes(column: Column, filters: list[tuple[str, str]], value: object) -> bool:
    nulls_pass = ("null", "1") in filters
    others = [(operator, text) for operator, text in filters if operator != "null"]
    if value is None:
        return nulls_pass
    if not others:
        return not nulls_pass
    found = elements(value, column.separator)
    return all(
        _holds(operator, found, [text for each, text in others if each == operator], column.is_text)
        for operator in {operator for operator, _ in others}
    )


def _holds(operator: str, found: list[object], texts: list[str], is_text: bool) -> bool:
    same = [text.casefold() if is_text else float(text) for text in texts]
    return {
        "f": lambda: any(each in same for each in found),
        "not": lambda: not any(each in same for each in found),
        "like": lambda: any(_like(each, text) for each in found for text in texts),
        "unlike": lambda: not any(_like(each, text) for each in found for text in texts),
        "min": lambda: all(any(each >= low for each in found) for low in same),
        "max": lambda: all(any(each <= high for each in found) for high in same),
    }[operator]()


def matching(table: pa.Table, query: TableQuery, ignoring: str | None = None) -> list[int]:
    columns = columns_of(table.schema)
    asked: dict[str, list[tuple[str, str]]] = {}
    for each in query.filters:
        if each.column != ignoring:
            asked.setdefault(each.column, []).append((each.operator, each.value))
    kept = []
    for number, row in enumerate(rows_of(table)):
        passes = all(_passes(columns[name], filters, row[name]) for name, filters in asked.items())
        texts = [value.casefold() for value in row.values() if isinstance(value, str)]
        if passes and all(any(word in text for text in texts) for word in query.q.casefold().split()):
            kept.append(number)
    return kept


def counts(table: pa.Table, query: TableQuery, name: str) -> Counter[object]:
    rows, separator = rows_of(table), columns_of(table.schema)[name].separator
    found: Counter[object] = Counter()
    for number in matching(table, query, ignoring=name):
        found.update(elements(rows[number][name], separator))
    return found


def ordered(table: pa.Table, query: TableQuery) -> list[int]:
    rows = rows_of(table)
    numbers = matching(table, query)
    for key in reversed(query.sort):
        name = key.removeprefix("-")
        known = [number for number in numbers if rows[number][name] is not None]
        unknown = [number for number in numbers if rows[number][name] is None]
        folded = {number: _folded(rows[number][name]) for number in known}
        known = sorted(known, key=folded.__getitem__, reverse=key.startswith("-"))
        numbers = known + unknown
    return numbers


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
