"""Facets as the templates show them: toggles, histograms, and links to more; no Django, no archive client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from mastportal.tables.cells import SHOWN_MOST, cut
from mastportal.tables.columns import Column
from mastportal.tables.facetbars import HEIGHT, Bar, as_input, bars, bound, edges
from mastportal.tables.facetlinks import all_url, fold_url, invert_url, sendable
from mastportal.tables.grammar import FACET_LIMIT, TableQuery, meaning, truth

NO_VALUE = "no value"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value with its counts; `url` chooses it or lets it go, `not_url` leaves it out or lets it be.

    Both are empty for a value too long for an address.
    """

    text: str
    count: str
    total: str
    chosen: bool
    left_out: bool
    style: str
    url: str
    not_url: str
    not_words: str
    spellings: tuple[str, ...] = ()

    @property
    def more_spellings(self) -> int:
        """How many spellings there are beside the one shown."""
        return len(self.spellings) - 1


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet. A range has `bars` and their `edges`, bounds as written and in words."""

    column: Column
    kind: str
    filtered: bool
    clear_url: str
    values: list[FacetValue] = field(default_factory=list)
    more: int = 0
    more_url: str = ""
    fewer_url: str = ""
    within: str = ""
    expanded: bool = False
    hidden: list[tuple[str, str]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    low: str = ""
    high: str = ""
    chosen_low: str = ""
    chosen_high: str = ""
    is_date: bool = False
    nulls: int = 0
    edges: str = ""
    all_url: str = ""
    invert_url: str = ""
    fold_url: str = ""
    folded: bool = False

    @property
    def says_something(self) -> bool:
        """There is a value to choose, or a choice to take back."""
        known = any(value.text != NO_VALUE for value in self.values)
        return known or self.filtered or self.expanded or bool(self.bars)

    @property
    def width(self) -> int:
        return max(len(self.bars), 1)

    @property
    def height(self) -> int:
        return HEIGHT


def facet_view(facet: Mapping[str, Any], column: Column, query: TableQuery, path: str) -> FacetView:
    own = [each for each in query.filters if each.column == column.name]
    cleared = TableQuery(filters=tuple(each for each in query.filters if each.column != column.name))
    clear_url = query.address(path, filters=cleared.filters, page=1)
    make = _range_view if facet["kind"] == "range" else _values_view
    return make(facet, column, query, path, bool(own), clear_url)


def _values_view(
    facet: Mapping[str, Any], column: Column, query: TableQuery, path: str, filtered: bool, clear_url: str
) -> FacetView:
    expanded = query.facets == (column.name,)
    toggles = _Toggles(column, query, path)
    return FacetView(
        column=column,
        kind="values",
        filtered=filtered,
        clear_url=clear_url,
        values=[toggles.value(each) for each in facet["values"]],
        more=facet["more"],
        more_url=query.address(path, facets=(column.name,), within="", facet_limit=FACET_LIMIT),
        fewer_url=query.address(path, facets=(), within="", facet_limit=FACET_LIMIT),
        within=query.within if expanded else "",
        expanded=expanded,
        hidden=[pair for pair in query.pairs() if pair[0] not in {"facets", "within", "facet_limit"}],
        all_url=all_url(query, path, column.name, _written(facet["values"])),
        invert_url=invert_url(query, path, column.name),
        fold_url=fold_url(query, path, column),
        folded=column.name in query.fold,
    )


def _written(values: list[Mapping[str, Any]]) -> list[str]:
    """All values as the grammar takes them, every spelling of folded ones."""
    known = (each for each in values if each["value"] is not None)
    return [value_as_written(text) for each in known for text in each.get("spellings", (each["value"],))]


class _Toggles:
    """The links of one facet's values; those of values in no filter differ in one parameter only."""

    def __init__(self, column: Column, query: TableQuery, path: str) -> None:
        self.column, self.query, self.path = column, query, path
        self.chosen = {meaning(each, column) for each in query.values("f", column.name)}
        self.left_out = {meaning(each, column) for each in query.values("not", column.name)}
        filters = TableQuery(filters=query.filters, extra=query.extra).querystring()
        self._before = f"{path}?{filters}{'&' if filters else ''}"
        rest = replace(query, filters=(), extra=(), page=1).querystring()
        self._after = f"{'&' if rest else ''}{rest}"

    def value(self, found: Mapping[str, Any]) -> FacetValue:
        value = found["value"]
        if value is None:
            return self._made(found, *self._null())
        if len(found.get("spellings", ())) > 1:
            return self._name(found)
        written = value_as_written(value)
        meant = meaning(written, self.column)
        chosen, left_out = meant in self.chosen, meant in self.left_out
        if not chosen and not left_out:
            return self._made(found, False, False, self._with("f", written), self._with("not", written))
        plain = self._without(meant)
        turned = plain if chosen else plain.with_("f", self.column.name, written)
        out = plain if left_out else plain.with_("not", self.column.name, written)
        return self._made(found, chosen, left_out, self._url(turned), self._url(out))

    def _name(self, found: Mapping[str, Any]) -> FacetValue:
        """A name with several spellings: chosen or left out with all of them."""
        meant = {meaning(text, self.column) for text in found["spellings"]}
        chosen, left_out = meant <= self.chosen, meant <= self.left_out
        plain = self.query
        for each in meant & (self.chosen | self.left_out):
            plain = self._without(each, plain)
        turned = plain if chosen else self._each("f", plain, found["spellings"])
        out = plain if left_out else self._each("not", plain, found["spellings"])
        made = self._made(found, chosen, left_out, self._url(turned), self._url(out))
        return replace(made, spellings=tuple(cut(text, SHOWN_MOST) for text in found["spellings"]))

    def _each(self, operator: str, query: TableQuery, texts: Sequence[str]) -> TableQuery:
        for text in texts:
            query = query.with_(operator, self.column.name, text)
        return query

    def _without(self, meant: str | float, query: TableQuery | None = None) -> TableQuery:
        """The query without this value, however it was written."""
        query = query or self.query
        kept = [
            each
            for each in query.filters
            if (each.column, each.operator) not in {(self.column.name, "f"), (self.column.name, "not")}
            or meaning(each.value, self.column) != meant
        ]
        return replace(query, filters=tuple(kept), page=1)

    def _null(self) -> tuple[bool, bool, str, str]:
        given = self.query.values("null", self.column.name)
        chosen = any(truth(each, "null") for each in given)
        left_out = bool(given) and not chosen
        plain = self.query.without("null", self.column.name)
        turned = plain if chosen else plain.with_("null", self.column.name, "1")
        out = plain if left_out else plain.with_("null", self.column.name, "0")
        return chosen, left_out, self._url(turned), self._url(out)

    def _with(self, operator: str, written: str) -> str:
        return f"{self._before}{operator}.{quote(self.column.name)}={quote(written, safe=',:*')}{self._after}"

    def _url(self, query: TableQuery) -> str:
        return query.address(self.path)

    def _made(
        self, found: Mapping[str, Any], chosen: bool, left_out: bool, url: str, not_url: str
    ) -> FacetValue:
        text = _text(found["value"])
        style = "is-on" if chosen else "is-not" if left_out else "" if found["count"] else "is-none"
        not_words = f"{'Do not leave out' if left_out else 'Leave out'} {text}"
        count, total = f"{found['count']:,}", f"{found['total']:,}"
        url, not_url = sendable(url), sendable(not_url)
        return FacetValue(text, count, total, chosen, left_out, style, url, not_url, not_words)


def value_as_written(value: object) -> str:
    """A facet's value as the grammar takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    if value is None:
        return NO_VALUE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return cut(str(value), SHOWN_MOST) or "empty"


def _range_view(
    facet: Mapping[str, Any], column: Column, query: TableQuery, path: str, filtered: bool, clear_url: str
) -> FacetView:
    own = {f"min.{column.name}", f"max.{column.name}", "page"}
    low, high = (query.values(operator, column.name)[-1:] for operator in ("min", "max"))
    is_date = column.unit.upper() == "MJD"
    known = facet["min"] is not None
    return FacetView(
        column=column,
        kind="range",
        filtered=filtered,
        clear_url=clear_url,
        hidden=[pair for pair in query.pairs() if pair[0] not in own],
        bars=bars(facet["bins"], column),
        edges=edges(facet["bins"]),
        low=bound(facet["min"], column) if known else "",
        high=bound(facet["max"], column) if known else "",
        chosen_low=as_input(low, column),
        chosen_high=as_input(high, column),
        is_date=is_date,
        nulls=facet["null"]["count"] if facet["null"] else 0,
    )
