"""The REST door to the sky view: footprints of the rows a query keeps, or their coverage."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from accounts.archive import today_mjd
from mastportal.search.opening.api import opened
from mastportal.search.schema import TABLE
from mastportal.search.sky.schema import FOOTPRINTS, SKY
from mastportal.search.sky.told import Asked, told


@extend_schema(operation_id="footprints", parameters=[*TABLE, *SKY], responses=FOOTPRINTS)
@gzip_page
@api_view(["GET"])
def footprints(request: Request, pk: UUID) -> HttpResponse:
    """Footprints of up to 3,000 matching rows; of more the coverage as a MOC, and counts by HEALPix cell."""
    result, table, query = opened(request, pk)
    asked = Asked.parse(request.GET.dict(), table)
    found = {"result": str(result.pk)} | told(table, query, asked, today_mjd())
    return JsonResponse(found, json_dumps_params={"separators": (",", ":")})


urlpatterns = [path("searches/<uuid:pk>/footprints", footprints, name="api-footprints")]
