"""The REST answers of a table: facets and an exported file; and why a search has no rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request

from mastportal.api import ApiError
from mastportal.search.failures import HTTP_STATUS, Failed, NoRows
from mastportal.tables.codes import OpenTable
from mastportal.tables.export import export
from mastportal.tables.facets import facets
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows


def query_of(request: Request, table: OpenTable) -> TableQuery:
    pairs = [(name, value) for name, values in request.query_params.lists() for value in values]
    return TableQuery.parse(pairs, table.schema)


@contextmanager
def rows_are_here() -> Iterator[None]:
    """Says in the API's shape why a search has no rows."""
    try:
        yield
    except Failed as error:
        raise ApiError(error.kind, str(error), HTTP_STATUS.get(error.kind, 409)) from error
    except NoRows as error:
        raise ApiError(error.code, str(error), HTTP_STATUS[error.code]) from error


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
