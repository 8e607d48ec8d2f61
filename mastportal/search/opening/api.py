"""Owns how REST doors open a search: the snapshot meant, its table, the query; why it has no rows."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from mastportal.api import ApiError
from mastportal.search.failures import HTTP_STATUS, Failed, NoRows
from mastportal.search.models import ResultSet, Search
from mastportal.search.snapshots import open_table, snapshot
from mastportal.tables.codes import OpenTable
from mastportal.tables.grammar import TableQuery


class Opened(NamedTuple):
    """The snapshot that is meant, its table, and what of it is asked for."""

    result: ResultSet
    table: OpenTable
    query: TableQuery


@contextmanager
def rows_are_here() -> Iterator[None]:
    """Says in the API's shape why a search has no rows."""
    try:
        yield
    except NoRows as error:
        code = error.kind if isinstance(error, Failed) else error.code
        raise ApiError(code, str(error), HTTP_STATUS.get(code, 409)) from error


def search_of(pk: UUID) -> Search:
    """The search of that id, its snapshots loaded with it; 404 where there is none."""
    return get_object_or_404(Search.objects.select_related("current", "latest"), pk=pk)


def opened(request: Request, pk: UUID, leaving_out: Collection[str] = ()) -> Opened:
    """What a request with the table grammar means; parameters in `leaving_out` are the door's own.

    Raises Http404, ApiError where there are no rows, BadQuery.
    """
    search = search_of(pk)
    with rows_are_here():
        result = snapshot(search, request.GET.get("result", ""))
        table = open_table(result.pk)
    return Opened(result, table, query_of(request, table, leaving_out))


def query_of(request: Request, table: OpenTable, leaving_out: Collection[str] = ()) -> TableQuery:
    """The table grammar in a request's address. Raises BadQuery."""
    pairs = [(name, text) for name, texts in request.GET.lists() for text in texts if name not in leaving_out]
    return TableQuery.parse(pairs, table.schema)
