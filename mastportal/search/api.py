"""The REST door to searches: asks the domain, queues what must be queued, answers in JSON."""

from typing import Any, cast
from uuid import UUID

import pyarrow as pa
from django.contrib.auth.models import User
from django.db import connection
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.search import from_files, lookups, results, tasks
from mastportal.search.exports import files
from mastportal.search.failures import HTTP_STATUS
from mastportal.search.models import Lookup, Search
from mastportal.search.opening.api import opened, rows_are_here, search_of
from mastportal.search.schema import (
    COUNT,
    EXPORTED,
    FACETS,
    POSITION,
    QUESTION,
    ROWS,
    SEARCH,
    SEARCHES,
    TABLE,
    TARGET,
)
from mastportal.search.wire import facet_columns, rows_json, search_json
from mastportal.tables.facets import facets
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows
from mastportal.work import Phase

PATIENCE_S = 3.0
_NO_COLUMNS = pa.schema([])


@extend_schema(methods=["GET"], operation_id="searches", responses=SEARCHES)
@extend_schema(methods=["POST"], operation_id="ask", request=QUESTION, responses={200: SEARCH, 202: SEARCH})
@api_view(["GET", "POST"])
def searches(request: Request) -> Response:
    """The questions a person asked, newest first; or a question, answered now or asked for."""
    if request.method == "GET":
        return _recent(request)
    question = _from_files(_question(request))
    asked = results.ask(question, cast(User, request.user), refresh=question.get("refresh") is True)
    if asked.must_queue:
        tasks.queue_results([asked.result.pk])
    body = search_json(asked.search, cached=asked.cached)
    if asked.cached:
        return Response(body)
    return Response(body, status=202, headers={"Location": reverse("api-search", args=[asked.search.pk])})


def _question(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ApiError("bad_question", 'A question is a JSON object such as {"collection": "observations"}.')
    return dict(request.data)


def _from_files(question: dict[str, Any]) -> dict[str, object]:
    """A question from the files of a keyword result pinned to what is kept of it; any other as it is."""
    with rows_are_here():
        return from_files.prepared(question)


def _recent(request: Request) -> Response:
    mine = Search.objects.select_related("current", "latest").filter(uses__user=cast(User, request.user))
    paging = [(name, request.GET[name]) for name in ("page", "page_size") if name in request.GET]
    wanted = TableQuery.parse(paging, _NO_COLUMNS)
    start = (wanted.page - 1) * wanted.page_size
    found = mine.order_by("-uses__at")[start : start + wanted.page_size]
    told = {"total": mine.count(), "page": wanted.page, "page_size": wanted.page_size}
    return Response(told | {"results": [search_json(search) for search in found]})


@extend_schema(operation_id="search", responses=SEARCH)
@api_view(["GET"])
def search(request: Request, pk: UUID) -> Response:
    """A question and what became of it; it stays when its rows have gone."""
    return Response(search_json(search_of(pk)))


@extend_schema(operation_id="rows", parameters=TABLE, responses=ROWS)
@api_view(["GET"])
def rows(request: Request, pk: UUID) -> Response:
    """A page of a search's rows."""
    result, table, query = opened(request, pk)
    return Response({"result": str(result.pk)} | rows_json(table, query))


@extend_schema(operation_id="facets", parameters=TABLE, responses=FACETS)
@api_view(["GET"])
def facets_of(request: Request, pk: UUID) -> Response:
    """How many rows there are of each value; a facet's counts ignore its own filter."""
    result, table, query = opened(request, pk)
    found = facets(table, query, facet_columns(table, query), query.facet_limit, query.within)
    return Response({"result": str(result.pk), "matched": len(ordered_rows(table, query)), "facets": found})


@extend_schema(operation_id="export", parameters=TABLE, responses=EXPORTED)
@api_view(["GET"])
def exported(request: Request, pk: UUID) -> StreamingHttpResponse:
    """All matching rows as a file, in the order and with the columns asked for."""
    result, table, query = opened(request, pk)
    file, name = files.exported(result, table, query, request.GET.get("format", "csv"))
    if not connection.in_atomic_block:
        connection.close()  # a slow reader holds no database connection
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(file.chunks, content_type=file.content_type, headers=headers)


@extend_schema(operation_id="count", request=QUESTION, responses={200: COUNT, 202: COUNT})
@api_view(["POST"])
def count(request: Request) -> Response:
    """How many rows a question has, planned observations among them."""
    lookup = _asked(*lookups.want_count(_question(request)))
    return _answer(lookup, reverse("api-count", args=[lookup.pk]))


@extend_schema(operation_id="count_again", responses={200: COUNT, 202: COUNT})
@api_view(["GET"])
def count_again(request: Request, pk: UUID) -> Response:
    """A count that took longer than a request waits."""
    lookup = get_object_or_404(Lookup, pk=pk, kind=Lookup.Kind.COUNT)
    return _answer(_asked(lookup, must_queue=False), request.path)


@extend_schema(operation_id="resolve", parameters=[TARGET], responses={200: POSITION, 202: POSITION})
@api_view(["GET"])
def resolve(request: Request) -> Response:
    """Where a target is. After 202 the same address is asked again."""
    text = request.GET.get("target", "")
    lookup = _asked(*lookups.want_position(text))
    if lookup.phase == Phase.COMPLETED:
        lookup.answer = lookups.position(lookup, text)
    return _answer(lookup, request.get_full_path())


def _asked(lookup: Lookup, must_queue: bool) -> Lookup:
    if must_queue:
        tasks.queue_lookups([lookup.pk])
    return lookups.wait(lookup, PATIENCE_S)


def _answer(lookup: Lookup, location: str) -> Response:
    if lookup.phase == Phase.COMPLETED:
        return Response(lookup.answer)
    if lookup.phase == Phase.ERROR:
        raise ApiError(lookup.error_kind, lookup.error, HTTP_STATUS.get(lookup.error_kind, 502))
    return Response({"phase": lookup.phase}, status=202, headers={"Location": location})


urlpatterns = [
    path("searches", searches, name="api-searches"),
    path("searches/count", count, name="api-counts"),
    path("searches/count/<uuid:pk>", count_again, name="api-count"),
    path("searches/<uuid:pk>", search, name="api-search"),
    path("searches/<uuid:pk>/rows", rows, name="api-rows"),
    path("searches/<uuid:pk>/facets", facets_of, name="api-facets"),
    path("searches/<uuid:pk>/export", exported, name="api-export"),
    path("resolve", resolve, name="api-resolve"),
]
