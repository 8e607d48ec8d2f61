"""The REST answers of a table: facets, an exported file; and a page of a list."""

from typing import Any, TypeVar

import pyarrow as pa
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from mastportal.tables.codes import OpenTable
from mastportal.tables.export import export
from mastportal.tables.facets import facets
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows

Row = TypeVar("Row", bound=Model)
PAGE = [
    OpenApiParameter("page", int, description="From 1."),
    OpenApiParameter("page_size", int, description="50 when left out, at most 1000."),
]
PAGING: dict[str, Any] = {name: serializers.IntegerField() for name in ("total", "page", "page_size")}


def page_of(request: Request, rows: QuerySet[Row]) -> tuple[dict[str, int], QuerySet[Row]]:
    """`page` and `page_size` of the table grammar applied to a list: what is told of it, and its rows."""
    asked = [(name, request.GET[name]) for name in ("page", "page_size") if name in request.GET]
    wanted = TableQuery.parse(asked, pa.schema([]))
    start = (wanted.page - 1) * wanted.page_size
    told = {"total": rows.count(), "page": wanted.page, "page_size": wanted.page_size}
    return told, rows[start : start + wanted.page_size]


def facets_json(table: OpenTable, query: TableQuery, usual: tuple[str, ...]) -> dict[str, Any]:
    wanted = facets(table, query, query.facets or usual, query.facet_limit, query.within)
    return {"matched": int(matching(table, query).sum()), "facets": wanted}


def exported(table: OpenTable, query: TableQuery, format: str, name: str) -> StreamingHttpResponse:
    """The rows the query keeps, as a file called `name` with the format's extension. Raises BadQuery."""
    chosen = table.table.take(ordered_rows(table, query))
    if query.columns:
        chosen = chosen.select(list(query.columns))
    made = export(chosen, format)
    response = StreamingHttpResponse(made.chunks, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{made.extension}"'
    return response
