"""The table grammar of addresses and of the API, parsed and written back; no Django, no archive client."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import parse_qsl, quote, urlencode

import pyarrow as pa

from mastportal.tables import sky as places
from mastportal.tables.columns import BadQuery, Column, column_named, columns_named, quoted
from mastportal.tables.dates import mjd_of_iso

OPERATORS = ("f", "not", "min", "max", "like", "unlike", "null")
PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 1000
FACET_LIMIT = 10
FACET_LIMIT_MOST = 10_000

_TRUE = {"true", "t", "1", "yes"}
_FALSE = {"false", "f", "0", "no"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One `operator.column=value` as it was written."""

    operator: str
    column: str
    value: str

    @property
    def parameter(self) -> str:
        return f"{self.operator}.{self.column}"


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What is asked of a table; every part can be written back into an address.

    `extra` holds parameters that are no business of the table's (such as `result`): links keep them.
    """

    filters: tuple[Filter, ...] = ()
    q: str = ""
    sky: str = ""
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: int = 1
    page_size: int = PAGE_SIZE
    facets: tuple[str, ...] = ()
    facet_limit: int = FACET_LIMIT
    within: str = ""
    fold: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, params: Iterable[tuple[str, str]] | str, schema: pa.Schema) -> Self:
        """Raises BadQuery naming the parameter, and the nearest columns where one is unknown."""
        pairs = parse_qsl(params.lstrip("?"), keep_blank_values=True) if isinstance(params, str) else params
        filters: dict[Filter, None] = {}
        single: dict[str, str] = {}
        extra: list[tuple[str, str]] = []
        for name, value in pairs:
            _refuse_half_characters(name, value)
            if "." in name:
                if (found := _filter(name, value, schema)) is not None:
                    filters[found] = None
            elif name in _SINGLE:
                single[name] = value.strip()
            else:
                extra.append((name, value))
        return cls(
            filters=tuple(filters),
            q=single.get("q", ""),
            sky=places.checked(single.get("sky", ""), schema),
            sort=_names(single, "sort", schema),
            columns=_names(single, "columns", schema),
            page=_whole(single, "page", 1, 10**9),
            page_size=_whole(single, "page_size", PAGE_SIZE, PAGE_SIZE_LIMIT),
            facets=_names(single, "facets", schema),
            facet_limit=_whole(single, "facet_limit", FACET_LIMIT, FACET_LIMIT_MOST),
            within=single.get("within", ""),
            fold=_names(single, "fold", schema),
            extra=tuple(extra),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters or self.q or self.sky)

    def filters_alone(self) -> Self:
        """What chooses rows, without how they are shown."""
        return type(self)(filters=self.filters, q=self.q, sky=self.sky)

    def pairs(self) -> list[tuple[str, str]]:
        """The query as parameters, what is as usual left out."""
        usual = TableQuery()
        pairs = [*self.extra, *((found.parameter, found.value) for found in self.filters)]
        for name in _SINGLE:
            value = getattr(self, name)
            if value != getattr(usual, name):
                pairs.append((name, ",".join(value) if isinstance(value, tuple) else str(value)))
        return pairs

    def querystring(self, **changes: object) -> str:
        """The address's query with some parts changed, without the question mark."""
        changed = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        return urlencode(changed.pairs(), quote_via=quote, safe=",:*")

    def address(self, path: str, **changes: object) -> str:
        """The address of `path` that asks this, with some parts changed."""
        query = self.querystring(**changes)
        return f"{path}?{query}" if query else path

    def with_(self, operator: str, column: str, value: str) -> Self:
        """With one filter more, back on the first page."""
        added = Filter(operator, column, value)
        kept = tuple(found for found in self.filters if found != added)
        return replace(self, filters=(*kept, added), page=1)

    def without(self, operator: str, column: str, value: str | None = None) -> Self:
        """Without that filter (of any value when None), back on the first page."""
        kept = tuple(
            found
            for found in self.filters
            if (found.operator, found.column) != (operator, column)
            or (value is not None and found.value.casefold() != value.casefold())
        )
        return replace(self, filters=kept, page=1)

    def values(self, operator: str, column: str) -> list[str]:
        return [
            found.value for found in self.filters if found.operator == operator and found.column == column
        ]


_SINGLE = ("q", "sky", "sort", "columns", "page", "page_size", "facets", "facet_limit", "within", "fold")


def _refuse_half_characters(name: str, value: str) -> None:
    """JSON can write half of a surrogate pair, which no table holds and no address can carry."""
    try:
        (name + value).encode()
    except UnicodeEncodeError:
        field = name.encode("ascii", "replace").decode()
        raise BadQuery(f"{field} holds half of a character; write whole Unicode characters.", field) from None


def _filter(name: str, value: str, schema: pa.Schema) -> Filter | None:
    operator, _, column_name = name.partition(".")
    if operator not in OPERATORS:
        raise BadQuery(
            f"{quoted(operator + '.')} is no filter: use one of {'., '.join(OPERATORS)}.",
            name,
        )
    column = column_named(column_name, schema, name)
    blank_says_nothing = operator not in {"f", "not"} or not column.is_text
    if blank_says_nothing and not value.strip():
        return None
    _check(operator, value, column)
    return Filter(operator, column.name, value)


def _check(operator: str, value: str, column: Column) -> None:
    if operator in {"like", "unlike"} and not column.is_text:
        raise BadQuery(
            f"{column.name} is not text, so “{operator}.” cannot be asked of it: use f., min. or max.",
            f"{operator}.{column.name}",
        )
    if operator == "null":
        truth(value, f"null.{column.name}")
    elif operator in {"min", "max"} and column.type == "bool":
        raise BadQuery(f"{column.name} is true or false and has no range.", f"{operator}.{column.name}")
    elif not column.is_text:
        number(value, column, operator)


def number(text: str, column: Column, operator: str) -> float:
    """A filter's value as the column's numbers; dates are understood where the unit is MJD.

    A date without a time ends its day when it is a maximum. Raises BadQuery.
    """
    parameter = f"{operator}.{column.name}"
    if column.type == "bool":
        return float(truth(text, parameter))
    try:
        value = float(text)
    except ValueError:
        found = mjd_of_iso(text, end_of_day=operator == "max") if column.unit.upper() == "MJD" else None
        value = math.nan if found is None else found
    if not math.isfinite(value):
        dates = " or a date such as 2022-07-12" if column.unit.upper() == "MJD" else ""
        raise BadQuery(f"{column.name} takes a number{dates}, not {quoted(text)}.", parameter)
    return value


def meaning(text: str, column: Column) -> str | float:
    """What a value of `f.` or `not.` is compared by: 3.0 is 3, T is true, F150W is f150w."""
    if column.is_text:
        return (text.strip() if column.separator else text).casefold()
    return number(text, column, "f")


def truth(text: str, parameter: str) -> bool:
    folded = text.strip().casefold()
    if folded not in _TRUE | _FALSE:
        raise BadQuery(f"{parameter} takes true or false, not {quoted(text)}.", parameter)
    return folded in _TRUE


def _names(single: dict[str, str], parameter: str, schema: pa.Schema) -> tuple[str, ...]:
    names = dict.fromkeys(name.strip() for name in single.get(parameter, "").split(",") if name.strip())
    columns_named(
        (name.removeprefix("-") if parameter == "sort" else name for name in names), schema, parameter
    )
    return tuple(names)


def _whole(single: dict[str, str], parameter: str, usual: int, most: int) -> int:
    text = single.get(parameter, "") or str(usual)
    digits = text.lstrip("0")
    fits = text.isascii() and text.isdigit() and 1 <= len(digits) <= len(str(most))
    if not fits or int(digits) > most:
        raise BadQuery(
            f"{parameter} must be a whole number from 1 to {most:,}, not {quoted(text)}.", parameter
        )
    return int(digits)
