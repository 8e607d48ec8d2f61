"""The REST door to plots: columns of the rows kept as packed numbers, and the row behind a point."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import extend_schema
from isal import igzip
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.search.opening.api import opened
from mastportal.search.plots.schema import POINT, POINTS, ROW
from mastportal.tables.columns import BadQuery
from mastportal.tables.points import Wanted, number_of_key, points, words_of

_OURS = ("x", "y", "end", "lane", "colour", "log")
MEDIA_TYPE = "application/vnd.mastportal.points"
MOST_DIGITS = 12


@extend_schema(operation_id="points", parameters=POINTS, responses={(200, MEDIA_TYPE): bytes})
@api_view(["GET"])
def points_of(request: Request, pk: UUID) -> HttpResponse:
    """Points of all matching rows for a scatter plot or a timeline; above 500,000 they are counted in cells.

    A header's length (uint32), the header in JSON, then its `arrays`, little-endian, each at its offset.
    """
    _, table, query = opened(request, pk, _OURS)
    body = points(table, query, _wanted(request))
    response = HttpResponse(body, content_type=MEDIA_TYPE, headers={"Vary": "Accept-Encoding"})
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = igzip.compress(body, 1)
        response.headers["Content-Encoding"] = "gzip"
    return response


@extend_schema(operation_id="point_row", parameters=ROW, responses=POINT)
@api_view(["GET"])
def row_of_point(request: Request, pk: UUID) -> Response:
    """The key of a row by its number, or its number by its key, and a few words that name it."""
    table = opened(request, pk, ("row", "key")).table
    told = request.GET.get("row", "")
    number = int(told) if told.isdecimal() and len(told) <= MOST_DIGITS else None
    if number is None and "key" in request.GET:
        number = number_of_key(table, request.GET["key"])
    elif number is None:
        raise ApiError("bad_question", "Give the number of a row, or its key.", 400, "row")
    try:
        return Response(words_of(table, -1 if number is None else number))
    except IndexError as error:
        raise ApiError("not_found", "There is no such row in this result.", 404) from error


def _wanted(request: Request) -> Wanted:
    named = {name: request.GET.get(name, "") for name in _OURS[:-1]}
    log = frozenset(filter(None, request.GET.get("log", "").split(",")))
    if not named["x"]:
        raise BadQuery("Name the column of the horizontal axis, such as x=t_min.", "x")
    if bool(named["y"]) == bool(named["lane"]):
        raise BadQuery("Name either the column of the vertical axis as y, or that of the lanes as lane.", "y")
    if not log <= {"x", "y"}:
        raise BadQuery("Only x and y can be logarithmic.", "log")
    return Wanted(**named, log=log)


urlpatterns = [
    path("searches/<uuid:pk>/points", points_of, name="api-points"),
    path("searches/<uuid:pk>/points/row", row_of_point, name="api-point-row"),
]
