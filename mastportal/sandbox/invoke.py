"""The Mashup door: a question's service, its parameters and its answer. Knows nothing of sockets."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa

from .columns import CAOM_CONE, CAOM_FILTERED, CAOM_POSITION, PRODUCTS, caom_type
from .filters import BadFilter
from .holdings import Holdings
from .keywords import keyword_column
from .opened import OpenTable, Shelf
from .pages import Page, csv_bytes, extjs_bytes, json_pieces, votable_bytes
from .questions import Remembered, Selection, by_cone, by_filters, by_position
from .resolver import resolve
from .waiting import Waiting
from .wire import Answer, Request, as_json, whole

DEFAULT_PAGE_ROWS = 50_000
MOST_DISTINCT = 1_000
JWST_SERVICE = "mast.jwst.filtered."


@dataclass
class _Asked:
    """A question read; `columns` are names asked for, empty for all."""

    service: str
    params: Mapping[str, object]
    format: str
    page: int
    page_rows: int
    columns: list[str]

    @property
    def is_count(self) -> bool:
        return len(self.columns) == 1 and self.columns[0].upper() in ("COUNT_BIG(*)", "BIG_COUNTS(*)")


class Mashup:
    """All services, matched without regard to case."""

    def __init__(self, holdings: Holdings, long_query_s: float = 0) -> None:
        self._holdings = holdings
        self._shelf = Shelf()
        self._remembered = Remembered()
        self._waiting = Waiting(long_query_s)
        self._services: dict[str, Callable[[_Asked], Answer]] = {
            "mast.caom.cone": lambda asked: self._caom(asked, by_cone, CAOM_CONE),
            "mast.caom.filtered": lambda asked: self._caom(asked, by_filters, CAOM_FILTERED),
            "mast.caom.filtered.position": lambda asked: self._caom(asked, by_position, CAOM_POSITION),
            "mast.caom.all": self._all,
            "mast.caom.products": self._products,
            "mast.missions.list": self._missions,
        }

    def answer(self, request: Request) -> Answer:
        """HTTP 200 for every question: what is wrong with one is said in its `status` and `msg`."""
        question = request.question
        try:
            asked = _read(question)
            if asked.service == "mast.name.lookup":
                return self._lookup(asked, question)
            if self._waiting.is_executing(question):
                return as_json({"status": "EXECUTING", "msg": ""})
            if asked.service.startswith(JWST_SERVICE):
                return self._keywords(asked)
            if asked.service not in self._services:
                raise BadFilter(f"Unknown service '{question.get('service', '')}'.")
            return self._services[asked.service](asked)
        except BadFilter as error:
            return as_json({"status": "ERROR", "msg": str(error)})

    def warm(self) -> None:
        """Computes the footprints before the first cone asks for them."""
        _ = self._observations.footprints

    @property
    def _observations(self) -> OpenTable:
        return self._shelf.get("observations", self._holdings.observations)

    def _caom(
        self,
        asked: _Asked,
        select: Callable[[OpenTable, Mapping[str, object]], Selection],
        columns: tuple[str, ...],
    ) -> Answer:
        selection = self._remembered.get(select, self._observations, asked.params)
        if asked.is_count:
            return _count(len(selection.rows), asked)
        names = _chosen(asked.columns if select is not by_cone else [], columns)
        table = _take(selection, asked, names)
        return _write(asked, table, [caom_type(name) for name in names], len(selection.rows))

    def _all(self, asked: _Asked) -> Answer:
        if asked.format != "extjs":
            return self._caom(asked, by_filters, CAOM_FILTERED)
        table = self._observations.table.select(
            [n for n in CAOM_CONE if n in self._observations.exact_names.values()]
        )
        page = Page(
            table.slice(0, 0), [caom_type(n) for n in table.column_names], 1, asked.page_rows, table.num_rows
        )
        return whole(extjs_bytes(page, self._histograms(), with_rows=False), "application/json")

    def _histograms(self) -> dict[str, dict[str, int]]:
        counted = {}
        for name, kind in zip(
            self._observations.table.column_names, self._observations.table.schema.types, strict=True
        ):
            if pa.types.is_floating(kind) or name in ("s_region", "obsid", "objID"):
                continue
            texts, codes = self._observations.codes(name)
            if len(texts) <= MOST_DISTINCT:
                counts = np.bincount(codes[codes >= 0], minlength=len(texts)).tolist()
                counted[name] = dict(zip(texts.to_pylist(), counts, strict=True))
        return counted

    def _missions(self, asked: _Asked) -> Answer:
        texts, _ = self._observations.codes("obs_collection")
        table = pa.table({"distinctValue": pa.array(sorted(texts.to_pylist()), pa.string())})
        return _write(asked, table, ["string"], table.num_rows)

    def _products(self, asked: _Asked) -> Answer:
        texts = [text.strip() for text in str(asked.params.get("obsid", "")).split(",") if text.strip()]
        if not texts or not all(text.lstrip("-").isdigit() for text in texts):
            raise BadFilter("obsid must be one or more numbers joined by commas")
        rows = [row for text in texts for row in self._holdings.product_rows(int(text))]
        if asked.is_count:
            return _count(len(rows), asked)
        names = _chosen(asked.columns, PRODUCTS)
        start = (asked.page - 1) * asked.page_rows
        table = _product_table(rows[start : start + asked.page_rows], names)
        return _write(asked, table, [caom_type(name) for name in names], len(rows))

    def _keywords(self, asked: _Asked) -> Answer:
        instrument = asked.service.removeprefix(JWST_SERVICE)
        if instrument not in self._holdings.keywords:
            raise BadFilter(f"Unknown service '{asked.service}'.")
        opened = self._shelf.get(instrument, self._holdings.keywords[instrument])
        selection = self._remembered.get(by_filters, opened, asked.params)
        if asked.is_count:
            return _count(len(selection.rows), asked)
        names = _chosen(asked.columns, tuple(opened.table.column_names))
        table = _take(selection, asked, names)
        columns = [keyword_column(name, table[name], opened.exact_names) for name in names]
        table = pa.table([column.values for column in columns], names=names)
        return _write(asked, table, [column.type for column in columns], len(selection.rows))

    def _lookup(self, asked: _Asked, question: Mapping[str, object]) -> Answer:
        found = resolve(self._holdings, [str(asked.params.get("input", ""))])
        wanted = asked.params.get("format", question.get("format", "xml"))
        return as_json(found) if str(wanted).lower() == "json" else _as_xml(found)


def _read(question: Mapping[str, object]) -> _Asked:
    if "service" not in question:
        raise BadFilter("The request names no service.")
    params = question.get("params") or {}
    if not isinstance(params, dict):
        raise BadFilter("params must be an object")
    columns = params.get("columns") or "*"
    names = columns if isinstance(columns, list) else str(columns).split(",")
    return _Asked(
        service=str(question["service"]).strip().lower(),
        params=params,
        format=str(question.get("format", "json")).lower(),
        page=_positive(question.get("page"), 1, "page"),
        page_rows=_positive(question.get("pagesize"), DEFAULT_PAGE_ROWS, "pagesize"),
        columns=[name for name in (str(each).strip() for each in names) if name and name not in ("*", "c.*")],
    )


def _positive(given: object, default: int, name: str) -> int:
    try:
        number = default if given is None else int(str(given))
    except ValueError:
        number = 0
    if number < 1:
        raise BadFilter(f"{name} must be a whole number from 1")
    return number


def _chosen(asked: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """Names in the order asked for, spelled as the table spells them; all where none is asked."""
    spelled = {name.lower(): name for name in known}
    names = list(dict.fromkeys(asked)) or list(known)
    for name in names:
        if name.removeprefix("c.").lower() not in spelled:
            raise BadFilter(f"Invalid column name '{name}'.")
    return list(dict.fromkeys(spelled[name.removeprefix("c.").lower()] for name in names))


def _take(selection: Selection, asked: _Asked, names: list[str]) -> pa.Table:
    """The page's rows of these columns; what a position adds and the Portal's own tick are made here."""
    start = (asked.page - 1) * asked.page_rows
    part = slice(start, start + asked.page_rows)
    rows = selection.rows[part]
    table = selection.opened.table
    stored = table.select([name for name in names if name in table.column_names])
    is_run = len(rows) > 0 and rows[-1] - rows[0] + 1 == len(rows)
    taken = stored.slice(int(rows[0]), len(rows)) if is_run else stored.take(pa.array(rows))
    made: dict[str, Callable[[], object]] = {
        "objID1": lambda: table["objID"].take(pa.array(rows)),
        "distance": lambda: pa.array(
            np.zeros(0) if selection.distance_arcsec is None else selection.distance_arcsec[part]
        ),
    }
    nothing = pa.nulls(len(rows), pa.bool_())
    columns = [
        taken[name] if name in taken.column_names else made.get(name, lambda: nothing)() for name in names
    ]
    return pa.table(columns, names=names)


def _product_table(rows: list[dict[str, object]], names: list[str]) -> pa.Table:
    kinds = {"int": pa.int64(), "boolean": pa.bool_()}
    arrays = []
    for name in names:
        kind = pa.int64() if name in ("obsID", "parent_obsid") else kinds.get(caom_type(name), pa.string())
        arrays.append(pa.array([row.get(name) for row in rows], kind))
    return pa.table(arrays, names=names)


def _count(number: int, asked: _Asked) -> Answer:
    table = pa.table({"Column1": pa.array([number], pa.int64())})
    return _write(asked, table, ["string"], 1)


def _write(asked: _Asked, table: pa.Table, types: list[str], rows_matched: int) -> Answer:
    page = Page(table, types, asked.page, asked.page_rows, rows_matched)
    match asked.format:
        case "json":
            pieces = list(json_pieces(page))
            return Answer(
                200, [("Content-Type", "application/json; charset=utf-8")], pieces, sum(map(len, pieces))
            )
        case "extjs":
            return whole(extjs_bytes(page, {}, with_rows=True), "application/json; charset=utf-8")
        case "csv":
            return whole(csv_bytes(page), "text/csv; charset=utf-8")
        case "votable" | "xml":
            return whole(votable_bytes(page), "application/x-votable+xml; charset=utf-8")
    raise BadFilter(f"Unknown format '{asked.format}'.")


def _as_xml(found: Mapping[str, object]) -> Answer:
    coordinates = found["resolvedCoordinate"]
    assert isinstance(coordinates, list)
    body = "".join(
        "<resolvedCoordinate>"
        + "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in each.items())
        + "</resolvedCoordinate>"
        for each in coordinates
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><resolvedItems>{body}<status></status></resolvedItems>'
    return whole(text.encode(), "text/xml; charset=utf-8")
