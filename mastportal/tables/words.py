"""How the filters of a table read in one English sentence; no Django, no archive client."""

from collections.abc import Mapping

from mastportal.tables.columns import Column
from mastportal.tables.grammar import Filter, TableQuery
from mastportal.tables.links import bound_words

_MOST_NAMED = 5
_VERBS = {"f": "is", "not": "is not", "like": "is like", "unlike": "is not like"}


def filters_in_words(query: TableQuery, columns: Mapping[str, Column]) -> str:
    """Mission is JWST or HST; Exposure length is at least 5 s. Empty where nothing is filtered.

    `columns` must hold those that the filters name.
    """
    by_column: dict[tuple[str, str], list[Filter]] = {}
    for each in query.filters:
        kind = "range" if each.operator in {"min", "max"} else each.operator
        by_column.setdefault((each.column, kind), []).append(each)
    said = [_said(kind, found, columns[name]) for (name, kind), found in by_column.items()]
    if query.q:
        said.append(f"any text contains “{query.q}”")
    if region := str(getattr(query, "sky", "") or ""):
        said.append(f"the footprint meets {region}")
    return "; ".join(said)


def _said(kind: str, found: list[Filter], column: Column) -> str:
    if kind == "null":
        wanted = {each.value.casefold() in {"1", "true", "t", "yes"} for each in found}
        return f"{column.label} has {'no' if True in wanted else 'a'} value"
    if kind == "range":
        return f"{column.label} is {_range(found, column)}"
    values = [bound_words(each.value, column) if each.value else "empty" for each in found]
    return f"{column.label} {_VERBS.get(kind, kind)} {_some(values)}"


def _range(found: list[Filter], column: Column) -> str:
    low = [bound_words(each.value, column) for each in found if each.operator == "min"]
    high = [bound_words(each.value, column) for each in found if each.operator == "max"]
    parts = [f"at least {text}" for text in low] + [f"at most {text}" for text in high]
    return " and ".join(parts)


def _some(values: list[str]) -> str:
    if len(values) > _MOST_NAMED:
        return f"{', '.join(values[: _MOST_NAMED - 1])} or {len(values) - _MOST_NAMED + 1:,} more"
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
