"""Columns of the rows a query keeps, packed for a plot; imports neither Django nor the archive client.

The bytes are: the header's length (uint32), the header (JSON), then each of the header's `arrays` at its
offset, little-endian, every one beginning at a multiple of eight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Floats, Ints
from mastportal.tables.columns import BadQuery, Column, column_named
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

MOST_POINTS = 500_000
BINS_X, BINS_Y, BINS_TIME = 192, 128, 1536
MOST_COLOURS, MOST_LANES = 8, 24
LABEL_MOST = 80
# Beyond it an axis could not be divided: the width of the range itself must be a number.
MOST_DRAWN = 1e100
WORDS_OF_ROW = ("target_name", "targprop", "instrument_name", "exp_type", "obs_id", "filename", "fileName")

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns by name: `x` against the numbers of `y` or values of `lane`; at `end` a bar ends."""

    x: str
    y: str = ""
    end: str = ""
    lane: str = ""
    colour: str = ""
    log: frozenset[str] = field(default_factory=frozenset)


def points(table: OpenTable, query: TableQuery, wanted: Wanted, most: int = MOST_POINTS) -> bytes:
    """The points a plot shows of the rows kept; more than `most` are counted in cells. Raises BadQuery."""
    described = {role: _described(table, role, getattr(wanted, role)) for role in _ROLES}
    mask = matching(table, query)
    x = _number_axis(table, wanted.x, "x" in wanted.log)
    has_value = mask & ~np.isnan(x)
    if wanted.y:
        has_value &= ~np.isnan(_number_axis(table, wanted.y, "y" in wanted.log))
    shown = np.flatnonzero(has_value)
    header: dict[str, Any] = {
        "matched": int(mask.sum()),
        "shown": len(shown),
        "without_value": int(mask.sum()) - len(shown),
        "binned": len(shown) > most,
        "log": sorted(wanted.log),
        **{role: told for role, told in described.items() if told},
    }
    arrays = _cells(table, wanted, shown, header) if header["binned"] else _rows(table, wanted, shown, header)
    for role in {"x", "y", "end", "colour"} & arrays.keys():
        _add_range(header[role], arrays[role])
    return pack(header, arrays)


_ROLES = ("x", "y", "end", "lane", "colour")


def _described(table: OpenTable, role: str, name: str) -> dict[str, Any] | None:
    if not name:
        return None
    column = column_named(name, table.schema, role)
    if role in {"x", "y", "end"} and not column.is_number:
        raise BadQuery(f"{name} holds no numbers, so no axis can be made of it.", role)
    if role in {"lane", "colour"} and column.is_text and column.kind == "none":
        raise BadQuery(f"{name} has no values that could be told apart in a plot.", role)
    as_category = role == "lane" or (role == "colour" and is_category(column))
    return {
        "name": name,
        "label": column.label,
        "unit": column.unit,
        "is_category": as_category,
        "is_time": column.unit == "MJD",
        "is_ra": is_right_ascension(column),
    }


def is_category(column: Column) -> bool:
    """Coloured by value, not along a scale."""
    return not column.is_number or (column.type == "int" and column.kind == "values")


def is_right_ascension(column: Column) -> bool:
    """Drawn from right to left, as the sky is seen."""
    return column.unit == "deg" and (column.ucd.startswith("pos.eq.ra") or column.name in {"s_ra", "targ_ra"})


def _number_axis(table: OpenTable, name: str, is_log: bool) -> Floats:
    numbers = table.numbers(name)
    drawable = np.abs(numbers) <= MOST_DRAWN
    return np.where(drawable & (numbers > 0) if is_log else drawable, numbers, np.nan)


def _rows(table: OpenTable, wanted: Wanted, shown: Ints, header: dict[str, Any]) -> dict[str, Array]:
    arrays: dict[str, Array] = {"x": table.numbers(wanted.x)[shown], "row": shown.astype(np.uint32)}
    if wanted.y:
        arrays["y"] = table.numbers(wanted.y)[shown]
    if wanted.end:
        end = _number_axis(table, wanted.end, False)[shown]
        # An exposure whose end is not known, or lies before its start, is a moment.
        arrays["end"] = np.fmax(end, arrays["x"])
    if wanted.lane:
        arrays["lane"] = _categories(table, wanted.lane, shown, MOST_LANES, header["lane"])
    if wanted.colour and header["colour"]["is_category"]:
        arrays["colour"] = _categories(table, wanted.colour, shown, MOST_COLOURS, header["colour"])
    elif wanted.colour:
        arrays["colour"] = _single(table.numbers(wanted.colour)[shown])
    return arrays


def _single(numbers: Floats) -> Array:
    """In half the bytes, which is enough for a colour; what is too large for that has no colour."""
    return np.where(np.abs(numbers) <= np.finfo(np.float32).max, numbers, np.nan).astype(np.float32)


def _categories(table: OpenTable, name: str, shown: Ints, most: int, told: dict[str, Any]) -> Array:
    """A code a row, uint8: the most frequent values in turn, then all others, then no value."""
    codes = table.codes(name)
    value_of_row = codes.raw_of_row[shown]
    counts = np.bincount(value_of_row, minlength=len(codes.raw) + 1)
    found = np.argsort(-counts[:-1], kind="stable")[:most]
    found = np.sort(found[counts[found] > 0])
    code_of_value = np.full(len(counts), len(found), dtype=np.uint8)
    code_of_value[found] = np.arange(len(found))
    code_of_value[-1] = len(found) + 1
    told["labels"] = [_shortened(value) for value in codes.raw.take(found).to_pylist()]
    told["counts"] = counts[found].tolist()
    told["others"] = int(counts[:-1].sum() - counts[found].sum())
    told["without"] = int(counts[-1])
    coded: Array = code_of_value[value_of_row]
    return coded


def _shortened(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LABEL_MOST else text[:LABEL_MOST] + "…"


def _cells(table: OpenTable, wanted: Wanted, shown: Ints, header: dict[str, Any]) -> dict[str, Array]:
    """How many rows fall into each cell of the plane, empty ones left out: their middles and counts."""
    header["colour"] = {"name": "", "label": "Rows in a cell", "unit": "", "is_category": False}
    header["colour"] |= {"is_time": False, "is_ra": False}
    x = table.numbers(wanted.x)[shown]
    across = BINS_X if wanted.y else BINS_TIME
    column_of, x_edges = _binned(x, across, "x" in wanted.log)
    if wanted.y:
        row_of, y_edges = _binned(table.numbers(wanted.y)[shown], BINS_Y, "y" in wanted.log)
    else:
        row_of = _categories(table, wanted.lane, shown, MOST_LANES, header["lane"]).astype(np.int64)
        y_edges = np.arange(MOST_LANES + 3, dtype=np.float64)
    header["x"] |= {"min": float(x_edges[0]), "max": float(x_edges[-1])}
    counts = np.bincount(row_of * across + column_of, minlength=(len(y_edges) - 1) * across)
    filled = np.flatnonzero(counts)
    row, column = np.divmod(filled, across)
    arrays: dict[str, Array] = {"colour": counts[filled].astype(np.float32)}
    if wanted.y:
        header["cells"] = [across, BINS_Y]
        header["y"] |= {"min": float(y_edges[0]), "max": float(y_edges[-1])}
        arrays |= {
            "x": _middles(x_edges, "x" in wanted.log)[column],
            "y": _middles(y_edges, "y" in wanted.log)[row],
        }
    else:
        header["end"] = header["x"] | {}
        arrays |= {"x": x_edges[column], "end": x_edges[column + 1], "lane": row.astype(np.uint8)}
    return arrays


def _binned(numbers: Floats, count: int, is_log: bool) -> tuple[Ints, Floats]:
    low, high = float(numbers.min()), float(numbers.max())
    edges = (np.geomspace if is_log else np.linspace)(low, high, count + 1)
    return np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, count - 1), edges


def _middles(edges: Floats, is_log: bool) -> Floats:
    return np.sqrt(edges[:-1]) * np.sqrt(edges[1:]) if is_log else (edges[:-1] + edges[1:]) / 2


def _add_range(told: dict[str, Any], values: Array) -> None:
    if told["is_category"] or "min" in told:
        return
    known = values[~np.isnan(values)]
    told["min"], told["max"] = (float(known.min()), float(known.max())) if len(known) else (None, None)


def pack(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The header and its arrays as one run of bytes."""
    places, offset, pieces = [], 0, []
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        places.append({"name": name, "type": little.dtype.str[1:], "offset": offset, "length": len(little)})
        pieces.append(little.tobytes() + b"\0" * (-little.nbytes % 8))
        offset += len(pieces[-1])
    told = orjson.dumps({**header, "arrays": places})
    told += b" " * (-(4 + len(told)) % 8)
    return b"".join([len(told).to_bytes(4, "little"), told, *pieces])


def number_of_key(table: OpenTable, key: str) -> int | None:
    """The number of the row of that key; None where there is none."""
    if not table.key:
        return None
    codes = table.codes(table.key)
    found = int(codes.raw.index(key).as_py()) if len(codes.raw) else -1
    rows = np.flatnonzero(codes.raw_of_row == found) if found >= 0 else np.empty(0, dtype=np.int64)
    return int(rows[0]) if len(rows) else None


def words_of(table: OpenTable, number: int) -> dict[str, Any]:
    """What names one row beside its point: its key, and a few words. Raises IndexError past the end."""
    if not 0 <= number < table.num_rows:
        raise IndexError(number)
    names = [name for name in WORDS_OF_ROW if name in table.columns]
    row = table.table.select([table.key, *names] if table.key else names).slice(number, 1).to_pylist()[0]
    words = list(dict.fromkeys(_shortened(row[name]) for name in names if row[name] is not None))
    return {"row": number, "key": str(row.get(table.key, number)), "words": words[:4]}


__all__ = ["MOST_POINTS", "Wanted", "is_category", "number_of_key", "pack", "points", "words_of"]
