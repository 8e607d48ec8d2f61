"""The REST door to the sky view: footprints of the rows a query keeps, or their coverage."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.archive import today_mjd
from mastportal.api import ApiError
from mastportal.search.failures import HTTP_STATUS, Failed, NoRows
from mastportal.search.models import ResultSet, Search
from mastportal.search.schema import TABLE
from mastportal.search.sky.schema import FOOTPRINTS, SKY
from mastportal.search.sky.told import Asked, told
from mastportal.search.snapshots import open_table, snapshot
from mastportal.tables.codes import OpenTable
from mastportal.tables.grammar import TableQuery


@extend_schema(operation_id="footprints", parameters=[*TABLE, *SKY], responses=FOOTPRINTS)
@gzip_page
@api_view(["GET"])
def footprints(request: Request, pk: UUID) -> HttpResponse:
    """Footprints of up to 3,000 matching rows; of more the coverage as a MOC, and counts by HEALPix cell."""
    result, table, query = _table(request, pk)
    asked = Asked.parse(request.GET.dict(), table)
    found = {"result": str(result.pk)} | told(table, query, asked, today_mjd())
    return JsonResponse(found, json_dumps_params={"separators": (",", ":")})


def _table(request: Request, pk: UUID) -> tuple[ResultSet, OpenTable, TableQuery]:
    search = get_object_or_404(Search.objects.select_related("current", "latest"), pk=pk)
    try:
        result = snapshot(search, request.GET.get("result", ""))
        table = open_table(result.pk)
    except NoRows as error:
        code = error.kind if isinstance(error, Failed) else error.code
        raise ApiError(code, str(error), HTTP_STATUS.get(code, 409)) from error
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    return result, table, TableQuery.parse(pairs, table.schema)


urlpatterns = [path("searches/<uuid:pk>/footprints", footprints, name="api-footprints")]
