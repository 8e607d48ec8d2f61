"""The mission search (`/search/…`) for HST and JWST: columns, search, products, files. Knows no sockets."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from .conditions import meets
from .downloads import file
from .holdings import Holdings
from .mission_tables import DATASET, MissionColumn, columns_of, mission_table
from .sky import angles, unit_vectors
from .wire import Answer, Request, as_json, plain

DEFAULT_ROWS = 5000
_UNITS_DEG = {"arcseconds": 1 / 3600, "arcminutes": 1 / 60, "degrees": 1.0}
_POSITIONS = {"hst": ("sci_ra", "sci_dec"), "jwst": ("targ_ra", "targ_dec")}
_UPPER_SUFFIX = re.compile(r"_([A-Za-z0-9-]+)\.[a-z.]+$")


class Missions:
    """Answers everything below `/search/`."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._tables: dict[str, tuple[pa.Table, pa.Table]] = {}

    def answer(self, request: Request) -> Answer:
        found = re.fullmatch(r"/search/(\w+)/api/v0\.1/(\w+)/?", request.path)
        mission, door = found.groups() if found else ("", "")
        if (mission, door) == ("util", "column_list"):
            return as_json([column.described() for column in columns_of(request.first("mission").lower())])
        if mission not in DATASET:
            return plain(404, f"The sandbox has no mission search at {request.path}")
        try:
            return self._door(mission, door, request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return as_json({"detail": str(error)}, 400)

    def _door(self, mission: str, door: str, request: Request) -> Answer:
        match door:
            case "search":
                return as_json(self._search(mission, _object(request)))
            case "list_products":
                return as_json(self._products(mission, request.first("dataset_ids").split(",")))
            case "post_list_products":
                return as_json(self._products(mission, _list(_object(request).get("dataset_ids"))))
            case "retrieve_product":
                return file(self._holdings, request, uri_of_product(request))
        return plain(404)

    def _table(self, mission: str) -> pa.Table:
        observations = self._holdings.observations
        known = self._tables.get(mission)
        if known is None or known[0] is not observations:
            known = self._tables[mission] = (observations, mission_table(mission, observations))
        return known[1]

    def _search(self, mission: str, asked: Mapping[str, Any]) -> dict[str, object]:
        table = self._table(mission)
        targets = [str(target) for target in asked.get("target") or []]
        rows = np.flatnonzero(_conditions(table, asked.get("conditions") or []))
        if targets:
            table, rows = _near(mission, table, rows, targets[0], asked)
        rows = rows[_order(table, rows, asked)]
        shown = _columns(mission, asked.get("select_cols"), with_position=bool(targets))
        params = {"target": targets, "count_only": False, "limit": DEFAULT_ROWS, "offset": 0} | dict(asked)
        answer: dict[str, object] = {"messages": [], "search_params": params, "totalResults": len(rows)}
        if params["count_only"]:
            return answer | {"info": [], "results": []}
        start, limit = int(str(params["offset"])), int(str(params["limit"]))
        if start < 0 or limit < 0:
            raise ValueError("limit and offset must not be negative")
        part = table.take(pa.array(rows[start : start + limit])).select([c.column_name for c in shown])
        info = [{"name": c.column_name, "type": c.wire_type, "sortable": True} for c in shown]
        return answer | {"info": info, "results": part.to_pylist()}

    def _products(self, mission: str, datasets: list[str]) -> dict[str, object]:
        table = self._table(mission)
        wanted = {name.strip().lower() for name in datasets}
        names = table[DATASET[mission]].to_pylist()
        ids = table["obsid"].to_pylist()
        rows = [
            _product(str(name), row)
            for name, obsid in zip(names, ids, strict=True)
            if str(name).lower() in wanted
            for row in self._holdings.product_rows(int(str(obsid)))
        ]
        return {"products": rows}


def uri_of_product(request: Request) -> str:
    """The dataURI of `product_name`, which is `<data set>/<file>`; empty where there is none."""
    found = re.match(r"/search/(\w+)/", request.path)
    name = request.first("product_name")
    return f"mast:{found[1].upper()}/product/{name.rsplit('/', 1)[-1]}" if found and name else ""


def _object(request: Request) -> dict[str, Any]:
    given = request.json()
    if not isinstance(given, dict):
        raise TypeError("the body must be an object")
    return given


def _list(given: object) -> list[str]:
    return [str(each) for each in given] if isinstance(given, list) else [str(given or "")]


def _conditions(table: pa.Table, conditions: list[Mapping[str, object]]) -> np.ndarray:
    mask = np.ones(table.num_rows, dtype=bool)
    for each in conditions:
        for name, condition in each.items():
            mask &= meets(table[name], condition)
    return mask


def _near(
    mission: str, table: pa.Table, rows: np.ndarray, target: str, asked: Mapping[str, Any]
) -> tuple[pa.Table, np.ndarray]:
    """Rows whose position lies in the circle, and their separation in arcmin filled in."""
    ra_deg, dec_deg = (float(number) for number in target.replace(",", " ").split())
    unit_deg = _UNITS_DEG[str(asked.get("radius_units", "arcminutes"))]
    ra, dec = (np.asarray(table[n].to_numpy(), dtype=float) for n in _POSITIONS[mission])
    away_deg = np.degrees(angles(unit_vectors(ra, dec), unit_vectors(np.array(ra_deg), np.array(dec_deg))))
    where = table.schema.get_field_index
    table = table.set_column(where("ang_sep"), "ang_sep", pa.array(away_deg * 60))
    table = table.set_column(where("search_pos"), "search_pos", pa.array([target] * table.num_rows))
    return table, rows[away_deg[rows] <= float(asked.get("radius", 3)) * unit_deg]


def _order(table: pa.Table, rows: np.ndarray, asked: Mapping[str, Any]) -> np.ndarray:
    names, descending = _list(asked.get("sort_by") or []), asked.get("sort_desc") or []
    order = np.arange(len(rows))
    for number, name in reversed(list(enumerate(n for n in names if n))):
        values = table[name].take(pa.array(rows)).to_pylist()
        is_down = number < len(descending) and bool(descending[number])
        ranked = sorted(
            order.tolist(),
            key=lambda at: (values[at] is None, 0 if values[at] is None else values[at]),
            reverse=is_down,
        )
        order = np.array(ranked, dtype=np.int64)
    return order


def _columns(mission: str, asked: object, *, with_position: bool) -> list[MissionColumn]:
    known = {column.column_name: column for column in columns_of(mission)}
    position = ["search_pos", "ang_sep"]
    if asked:
        names = [name for name in dict.fromkeys(_list(asked)) if name not in position]
    else:
        names = [n for n, column in known.items() if column.default_output == "yes" and n not in position]
    names = [position[0], *names, position[1]] if with_position else names
    return [known[name] for name in names]


def _product(dataset: str, row: Mapping[str, object]) -> dict[str, object]:
    name = str(row["productFilename"])
    suffix = _UPPER_SUFFIX.search(name)
    return {
        "product_key": f"{dataset}_{name}",
        "access": "PUBLIC" if row["dataRights"] == "PUBLIC" else "RESTRICTED",
        "dataset": dataset,
        "instrument_name": row.get("instrument_name"),
        "filters": row.get("filters"),
        "filename": name,
        "uri": f"{dataset}/{name}",
        "authz_primary_identifier": dataset,
        "authz_secondary_identifier": "CAL",
        "file_suffix": suffix[1].upper() if suffix else None,
        "category": row["productSubGroupDescription"],
        "size": row["size"],
        "type": str(row["productType"]).lower(),
    }
