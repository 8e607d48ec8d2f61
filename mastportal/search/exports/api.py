"""The REST door to what leaves the portal: programs that ask a search again, and links to its table."""

from uuid import UUID

from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.search.exports import links
from mastportal.search.exports.files import exported, stem
from mastportal.search.exports.notebook import notebook
from mastportal.search.exports.recipe import recipe, script
from mastportal.search.exports.schema import CODE, LINK, LINKED
from mastportal.search.failures import NoRows
from mastportal.search.models import ResultSet
from mastportal.search.opening.api import opened
from mastportal.search.schema import EXPORTED
from mastportal.search.snapshots import open_table
from mastportal.tables.grammar import TableQuery

_PROGRAMS = {"py": (script, "text/x-python; charset=utf-8"), "ipynb": (notebook, "application/x-ipynb+json")}
_OURS = ("format", "result")
ENDED = "This link has ended: links to tables hold for ten minutes. Send the table again from the portal."


PROGRAM = {(200, kind.partition(";")[0]): OpenApiTypes.STR for _, kind in _PROGRAMS.values()}


@extend_schema(operation_id="code", parameters=CODE, responses=PROGRAM)
@api_view(["GET"])
def code(request: Request, pk: UUID) -> HttpResponse:
    """The program that asks the search again and keeps the same rows: a Python script or a notebook."""
    format = request.GET.get("format", "py")
    if format not in _PROGRAMS:
        raise ApiError("bad_question", "The format must be py or ipynb.", 400, "format")
    result, table, query = opened(request, pk, _OURS)
    rows = reverse("api-export", args=[pk])
    address = request.build_absolute_uri(f"{rows}?result={result.pk}&format=ecsv")
    write, content_type = _PROGRAMS[format]
    headers = {"Content-Disposition": f'attachment; filename="{stem(result)}.{format}"'}
    return HttpResponse(write(recipe(result, table, query, address)), content_type, headers=headers)


@extend_schema(operation_id="table_link", parameters=LINK, responses=LINKED)
@api_view(["GET"])
def link(request: Request, pk: UUID) -> Response:
    """An address that holds for ten minutes, where another program fetches the file without signing in."""
    result, _, query = opened(request, pk, _OURS)
    format = request.GET.get("format", "votable")
    text, expires_at = links.signed(links.Linked(result.pk, query.querystring(), format))
    url = request.build_absolute_uri(reverse("sent-table", args=[text]))
    return Response({"url": url, "name": stem(result), "expires_at": expires_at})


@extend_schema(operation_id="sent_table", auth=[], responses=EXPORTED)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def sent(request: Request, signed: str) -> StreamingHttpResponse:
    """The file that a link leads to: for TOPCAT, DS9 and Aladin, which have nobody's session."""
    try:
        linked = links.opened(signed)
        result = ResultSet.objects.select_related("search").get(pk=linked.result)
        table = open_table(result.pk)
    except (links.NoLink, ResultSet.DoesNotExist) as error:
        raise Http404 from error
    except (links.Ended, NoRows) as error:
        raise ApiError("expired", ENDED, 410) from error
    file, name = exported(result, table, TableQuery.parse(linked.query, table.schema), linked.format)
    if not connection.in_atomic_block:
        connection.close()  # a slow reader holds no database connection
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(file.chunks, content_type=file.content_type, headers=headers)


urlpatterns = [
    path("searches/<uuid:pk>/code", code, name="api-code"),
    path("searches/<uuid:pk>/link", link, name="api-link"),
    path("tables/<str:signed>", sent, name="sent-table"),
]
