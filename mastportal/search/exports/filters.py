"""Owns how a table's query reads as lines of Python: filters, order, columns. Runs none; asks nobody."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from mastportal.tables.columns import Column, columns_of
from mastportal.tables.grammar import Filter, TableQuery, number, truth


@dataclass(frozen=True, slots=True)
class Lines:
    """Python that makes of a table `rows`, those kept, in their order, and `shown`, the chosen columns."""

    filters: tuple[str, ...]
    order: tuple[str, ...]
    columns: tuple[str, ...]


def lines_of(query: TableQuery, schema: pa.Schema, table: str) -> Lines:
    """The query, page and facets aside, as lines that follow those which ask for `table`."""
    columns = columns_of(schema)
    conditions = [
        _condition(columns[name], [each for each in query.filters if each.column == name], table)
        for name in dict.fromkeys(each.column for each in query.filters)
    ]
    if query.q.split():
        names = [each.name for each in columns.values() if each.is_text and each.kind != "none"]
        conditions.append(f"has_words({table}, {query.q!r}, {_list(names)})")
    if query.sky:
        conditions.append(f"meets_region({table}, {query.sky!r})")
    filters = [f"keep = np.full(len({table}), True)", *(f"keep &= {each}" for each in conditions)]
    return Lines(
        (*filters, f"rows = {table}[keep]") if conditions else (f"rows = {table}",),
        tuple(_order(query.sort, columns)),
        tuple(_chosen(query.columns)),
    )


def _order(sort: tuple[str, ...], columns: dict[str, Column]) -> Iterable[str]:
    if sort:
        names = [name.removeprefix("-") for name in sort]
        texts = [name for name in names if columns[name].is_text]
        yield f"rows = sorted_by(rows, {_list(sort)}, text_names={_list(texts)})"


def _chosen(names: tuple[str, ...]) -> Iterable[str]:
    if names:
        yield f"columns = {_list(names)}"
        yield "shown = rows[[name for name in columns if name in rows.colnames]]"
    else:
        yield "shown = rows"


def _condition(column: Column, filters: list[Filter], table: str) -> str:
    """All filters on one column together, as `tables.filters` has it: a null passes by null.COLUMN=1 only."""
    wants_null = any(each.operator == "null" and truth(each.value, each.parameter) for each in filters)
    others = [each for each in filters if each.operator != "null"]
    known, parts = (
        _text_parts(column, others, table) if column.is_text else _number_parts(column, others, table)
    )
    if not others:
        return f"~{known}" if wants_null else known
    together = " & ".join(parts)
    return f"({together}) | ~{known}" if wants_null else together


def _text_parts(column: Column, filters: list[Filter], table: str) -> tuple[str, list[str]]:
    name, separator = repr(column.name), f", {column.separator!r}" if column.separator else ""
    known = f"is_known({table}, {name})"
    parts = []
    for operator, function in (
        ("f", "is_any"),
        ("like", "is_like"),
        ("not", "is_any"),
        ("unlike", "is_like"),
    ):
        values = [_spelled(each, column) for each in filters if each.operator == operator]
        if values:
            call = f"{function}({table}, {name}, {_list(values)}{separator})"
            parts.append(f"~{call} & {known}" if operator in {"not", "unlike"} else call)
    for each in filters:
        if each.operator in {"min", "max"}:
            bounds = [
                repr(each.value.strip().casefold()) if each.operator == side else None
                for side in ("min", "max")
            ]
            parts.append(f"is_between({table}, {name}, {bounds[0]}, {bounds[1]}{separator})")
    return known, parts


def _spelled(each: Filter, column: Column) -> str:
    return each.value.strip() if column.separator or each.operator in {"like", "unlike"} else each.value


def _number_parts(column: Column, filters: list[Filter], table: str) -> tuple[str, list[str]]:
    values = f"numbers({table}, {column.name!r})"
    known = f"np.isfinite({values})"
    parts = []
    for operator in ("f", "not"):
        wanted = [number(each.value, column, operator) for each in filters if each.operator == operator]
        if wanted:
            call = f"np.isin({values}, {wanted!r})"
            parts.append(f"~{call} & {known}" if operator == "not" else call)
    for each in filters:
        if each.operator in {"min", "max"}:
            sign = ">=" if each.operator == "min" else "<="
            parts.append(f"({values} {sign} {number(each.value, column, each.operator)!r})")
    return known, parts


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(repr, texts))}]"
