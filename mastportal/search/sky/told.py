"""Owns what the sky view is told of a table: footprints of few rows, coverage and density of many."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from mastportal.search.rowstates import COLUMNS as STATE_COLUMNS
from mastportal.search.rowstates import states_of
from mastportal.search.sky.drawn import drawn
from mastportal.sphere import regions
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.meeting import meets
from mastportal.sphere.vectors import Ints, Mask
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery, quoted
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import Row, rows_at
from mastportal.tables.sky import checked, footprints, has_places

FOOTPRINT_LIMIT = 3000
CORNER_LIMIT = 100_000
ORDER_MOST = 12
MOC_ORDERS_BELOW = 3  # a density cell is drawn over 64 cells of the coverage

# The first of these columns that a table has gives a footprint its colour.
COLOURS = {
    "mission": ("obs_collection", "telescop"),
    "instrument": ("instrument_name", "instrume", "exp_type"),
    "filter": ("filters", "filter", "grating", "channel"),
    "access": (),
}
_TOLD = ("obs_id", "target_name", "filename", "targname")
_ACCESS = {"": "PUBLIC", "exclusive": "EXCLUSIVE_ACCESS", "planned": "planned"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """How the sky is to be told: by which colour, how fine, and of which part."""

    colour_by: str = "mission"
    order: int | None = None
    region: str = ""

    @classmethod
    def parse(cls, params: dict[str, str], table: OpenTable) -> Self:
        """Raises BadQuery."""
        if not has_places(table.schema):
            raise BadQuery("The rows of this table have no position on the sky.", "footprints")
        colour_by = params.get("colour_by", "") or cls().colour_by
        if colour_by not in COLOURS:
            raise BadQuery(
                f"colour_by must be one of {', '.join(COLOURS)}, not {quoted(colour_by)}.", "colour_by"
            )
        try:
            region = checked(params.get("region", ""), table.schema)
        except BadQuery as error:
            raise BadQuery(error.message, "region") from error
        return cls(colour_by, _order(params.get("order", "")), region)


def _order(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= ORDER_MOST):
        raise BadQuery(f"order must be a whole number from 0 to {ORDER_MOST}, not {quoted(text)}.", "order")
    return int(text)


def told(table: OpenTable, query: TableQuery, asked: Asked, today_mjd: float) -> Json:
    """Footprints where there are few enough, else their coverage and density; JSON's values."""
    mask = matching(table, query)
    places = footprints(table)
    shown = mask & meets(places, regions.read(asked.region)) if asked.region else mask
    about: Json = {
        "matched": int(mask.sum()),
        "shown": int(shown.sum()),
        "missing": int((shown & (places.reason != 0)).sum()),
        "nowhere": int((shown & (places.first_shape < 0)).sum()),
        "unparsed": sum(places.unparsed(shown).values()),
    }
    if about["shown"] <= FOOTPRINT_LIMIT and _corners(places, shown) <= CORNER_LIMIT:
        return about | _footprints(table, places, np.flatnonzero(shown), asked.colour_by, today_mjd)
    return about | _coverage(table, places, shown, asked.order)


def _corners(places: Footprints, rows: Mask) -> int:
    return int(places.size[rows[places.row[: places.num_polygons]]].sum())


def _coverage(table: OpenTable, places: Footprints, rows: Mask, order: int | None) -> Json:
    # Loaded when first needed: half a second and 40 MB for every process otherwise.
    from mastportal.sphere.coverage import moc
    from mastportal.sphere.density import density, middle_cells

    middles = table.kept(("middles", ""), lambda: middle_cells(places))
    found = density(middles, rows, order)
    return {
        "kind": "coverage",
        "moc": moc(places, rows, min(found.order + MOC_ORDERS_BELOW, ORDER_MOST)),
        "density": {
            "order": found.order,
            "cells": found.cells.tolist(),
            "counts": found.counts.tolist(),
        },
    }


def _footprints(table: OpenTable, places: Footprints, rows: Ints, colour_by: str, today_mjd: float) -> Json:
    columns = [name for name in COLOURS[colour_by] if name in table.columns][:1]
    named = [name for name in (table.key, *_TOLD) if name in table.columns]
    beside = STATE_COLUMNS if colour_by == "access" else columns
    wanted = [name for name in dict.fromkeys((*named, *beside)) if name in table.columns]
    found = rows_at(table, rows, wanted)
    colours = _access(found, today_mjd) if colour_by == "access" else _values(found, columns)
    shapes, middles = drawn(places, rows)
    return {
        "kind": "footprints",
        "colour": {
            "by": "access" if colour_by == "access" else next(iter(columns), None),
            "values": sorted({value for value in colours if value is not None}),
        },
        "rows": [
            {
                "key": str(row.get(table.key, number)),
                "number": number,
                **{name: row[name] for name in named if name in _TOLD},
                "shapes": shapes[n],
                "at": middles[n],
                "missing": not shapes[n],
                "colour": colours[n],
            }
            for n, (number, row) in enumerate(zip(rows.tolist(), found, strict=True))
        ],
    }


def _values(rows: list[Row], columns: list[str]) -> list[str | None]:
    if not columns:
        return [None] * len(rows)
    return [None if row[columns[0]] is None else str(row[columns[0]]) for row in rows]


def _access(rows: list[Row], today_mjd: float) -> list[str | None]:
    state_of = states_of(today_mjd)
    return [_ACCESS[state_of(row).name] for row in rows]
