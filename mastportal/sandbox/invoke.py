"""The Mashup door: a question's service, its parameters and its answer. Knows nothing of sockets."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
import pyarrow as pa

from .answers import count_answer, lookup_as_xml, rows_answer
from .asked import Asked, chosen_columns, read_question
from .columns import CAOM_CONE, CAOM_FILTERED, CAOM_POSITION, PRODUCTS, caom_type
from .filters import BadFilter
from .holdings import Holdings
from .keywords import keyword_column
from .opened import OpenTable, Shelf
from .pages import Page, extjs_bytes
from .questions import Remembered, Selection, by_cone, by_filters, by_position
from .resolver import resolve
from .waiting import Waiting
from .wire import Answer, Request, as_json, whole

MOST_DISTINCT = 1_000
FILLED_WHEN_SERVED = {"filesize", "checksum", "isrestricted"}
JWST_SERVICE = "mast.jwst.filtered."
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


class Mashup:
    """All services, matched without regard to case."""

    def __init__(self, holdings: Holdings, long_query_s: float = 0) -> None:
        self._holdings = holdings
        self._shelf = Shelf()
        self._remembered = Remembered()
        self._waiting = Waiting(long_query_s)
        self._services: dict[str, Callable[[Asked], Answer]] = {
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
            asked = read_question(question)
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
        asked: Asked,
        select: Callable[[OpenTable, Mapping[str, object]], Selection],
        columns: tuple[str, ...],
    ) -> Answer:
        selection = self._remembered.get(select, self._observations, asked.params)
        if asked.is_count:
            return count_answer(len(selection.rows), asked)
        names = chosen_columns(asked.columns if select is not by_cone else [], columns)
        table = _take(selection, asked, names)
        return rows_answer(asked, table, [caom_type(name) for name in names], len(selection.rows))

    def _all(self, asked: Asked) -> Answer:
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
        counted: dict[str, dict[str, int]] = {}
        for name, kind in zip(
            self._observations.table.column_names, self._observations.table.schema.types, strict=True
        ):
            if pa.types.is_floating(kind) or name in ("s_region", "obsid", "objID"):
                continue
            texts, codes = self._observations.codes(name)
            if len(texts) <= MOST_DISTINCT:
                counts = np.bincount(codes[codes >= 0], minlength=len(texts)).tolist()
                counted[name] = dict(zip(map(str, texts.to_pylist()), counts, strict=True))
        return counted

    def _missions(self, asked: Asked) -> Answer:
        texts, _ = self._observations.codes("obs_collection")
        table = pa.table({"distinctValue": pa.array(sorted(map(str, texts.to_pylist())), pa.string())})
        return rows_answer(asked, table, ["string"], table.num_rows)

    def _products(self, asked: Asked) -> Answer:
        texts = [text.strip() for text in str(asked.params.get("obsid", "")).split(",") if text.strip()]
        if not texts or not all(_WHOLE_NUMBER.fullmatch(text) for text in texts):
            raise BadFilter("obsid must be one or more numbers joined by commas")
        rows = [row for text in texts for row in self._holdings.product_rows(int(text))]
        if asked.is_count:
            return count_answer(len(rows), asked)
        names = chosen_columns(asked.columns, PRODUCTS)
        table = _product_table(rows[asked.part], names)
        return rows_answer(asked, table, [caom_type(name) for name in names], len(rows))

    def _keywords(self, asked: Asked) -> Answer:
        instrument = asked.service.removeprefix(JWST_SERVICE)
        if instrument not in self._holdings.keywords:
            raise BadFilter(f"Unknown service '{asked.service}'.")
        opened = self._shelf.get(instrument, self._holdings.keyword_table(instrument))
        selection = self._remembered.get(by_filters, opened, asked.params)
        if asked.is_count:
            return count_answer(len(selection.rows), asked)
        names = chosen_columns(asked.columns, tuple(opened.table.column_names))
        table = self._keyword_rows(instrument, selection, asked, names)
        columns = [keyword_column(name, table[name], opened.exact_names) for name in names]
        table = pa.table([column.values for column in columns], names=names)
        return rows_answer(asked, table, [column.type for column in columns], len(selection.rows))

    def _keyword_rows(
        self, instrument: str, selection: Selection, asked: Asked, names: list[str]
    ) -> pa.Table:
        """Sizes, checksums and access are those of the body served now, so the holdings fill them."""
        if not {name.lower() for name in names} & FILLED_WHEN_SERVED:
            return _take(selection, asked, names)
        return self._holdings.keyword_page(instrument, selection.rows[asked.part].tolist()).select(names)

    def _lookup(self, asked: Asked, question: Mapping[str, object]) -> Answer:
        found = resolve(self._holdings, [str(asked.params.get("input", ""))])
        wanted = asked.params.get("format", question.get("format", "xml"))
        return as_json(found) if str(wanted).lower() == "json" else lookup_as_xml(found)


def _take(selection: Selection, asked: Asked, names: list[str]) -> pa.Table:
    """The page's rows of these columns; what a position adds and the Portal's own tick are made here."""
    part = asked.part
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
    arrays: list[pa.Array[Any]] = []
    for name in names:
        is_key = name in ("obsID", "parent_obsid")
        kind: Any = pa.int64() if is_key else kinds.get(caom_type(name), pa.string())
        arrays.append(pa.array([cast(Any, row.get(name)) for row in rows], kind))
    return pa.table(arrays, names=names)
