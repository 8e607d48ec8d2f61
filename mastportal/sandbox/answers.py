"""Arrow rows as the Mashup's answer in the format asked for. Knows nothing of how the rows were found."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

import pyarrow as pa

from .asked import Asked
from .filters import BadFilter
from .pages import Page, csv_bytes, extjs_bytes, json_pieces, votable_bytes
from .wire import Answer, whole


def count_answer(number: int, asked: Asked) -> Answer:
    table = pa.table({"Column1": pa.array([number], pa.int64())})
    return rows_answer(asked, table, ["string"], 1)


def rows_answer(asked: Asked, table: pa.Table, types: list[str], rows_matched: int) -> Answer:
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


def lookup_as_xml(found: Mapping[str, object]) -> Answer:
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
