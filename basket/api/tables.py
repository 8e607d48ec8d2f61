"""The REST answers of a table: facets and an exported file."""

from typing import Any

from django.http import StreamingHttpResponse

from mastportal.tables.codes import OpenTable
from mastportal.tables.export import export
from mastportal.tables.facets import facets
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows


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
