"""The REST door to what is in a basket: observations, files, their table, the cURL script."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, lines, scripts
from basket.activity import Kind
from basket.api import tables
from basket.api.shapes import AddedSerializer, BasketSerializer, basket_json
from basket.changing import changed, changing
from basket.harvest import products_of
from basket.incoming import question_of, rows_matching, rows_named, table_of_search
from basket.models import Basket
from basket.script import SOURCES
from basket.sums import state_of
from mastportal.api import ApiError, tag_of
from mastportal.search.opening.api import query_of, rows_are_here
from mastportal.search.products import want
from mastportal.search.schema import EXPORTED
from mastportal.search.tasks import queue_products
from mastportal.search.wire import rows_json
from mastportal.tables.codes import OpenTable

USUAL_FACETS = (
    "productType",
    "productSubGroupDescription",
    "suffix",
    "detector",
    "extension",
    "calib_level",
    "productGroupDescription",
    "dataRights",
)


URI = OpenApiParameter("dataURI", required=True, description="of a file that was added singly")


class RowsEntry(serializers.Serializer[Any]):
    """Which rows of a search to add: by name, or all that a query string keeps."""

    search = serializers.CharField()
    result = serializers.CharField(required=False, default="")
    filters = serializers.CharField(required=False, allow_blank=True)


class ObservationsEntry(RowsEntry):
    obsid = serializers.ListField(child=serializers.CharField(), required=False)


class FilesEntry(RowsEntry):
    dataURI = serializers.ListField(child=serializers.CharField(), required=False)  # noqa: N815


def rows_of(entry: RowsEntry, key: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows an entry means. Raises BadQuery or ApiError."""
    entry.is_valid(raise_exception=True)
    told = entry.validated_data
    if (key in told) == ("filters" in told):
        raise ApiError("bad_question", f"Say which rows: either `{key}` or `filters`.", 400, key)
    with rows_are_here():
        table = table_of_search(told["search"], told["result"])
    if key in told:
        return rows_named(table, key, told[key], columns)
    return rows_matching(table, key, told["filters"], columns)


class ObservationsView(APIView):
    """The observations of a basket."""

    @extend_schema(operation_id="add_observations", request=ObservationsEntry, responses=AddedSerializer)
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        entry = ObservationsEntry(data=request.data)
        rows = rows_of(entry, "obsid", lines.OBSERVATION_COLUMNS)
        added = lines.add_observations(basket, rows, user, question_of(entry.validated_data["search"]))
        queue_products(want(lines.contents_of(basket).executed))
        return Response({"added": added.added, "already": added.already}, headers=tag_of(basket))


class ObservationView(APIView):
    """One observation of a basket."""

    @extend_schema(operation_id="remove_observation", responses={204: None})
    def delete(self, request: Request, basket_id: int, obsid: str) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        if not lines.remove_observation(basket, obsid, user):
            raise Http404
        return Response(status=204, headers=tag_of(basket))


class RefreshView(APIView):
    """Asking the archive for a basket's product lists again."""

    @extend_schema(operation_id="refresh_basket", request=None, responses={202: BasketSerializer})
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        with changing(basket):
            changed(basket, user, Kind.REFRESHED, "asked for all product lists again")
            queue_products(want(lines.contents_of(basket).executed, refresh=True))
        headers = {"Location": f"/api/v1/baskets/{basket.pk}"} | tag_of(basket)
        return Response(basket_json(state_of(basket), user), status=202, headers=headers)


def products_to_read(request: Request, basket_id: int) -> tuple[Basket, OpenTable]:
    basket = access.basket_to_read(cast(User, request.user), basket_id)
    return basket, products_of(lines.contents_of(basket))


class ProductsView(APIView):
    """The files of a basket, each once."""

    @extend_schema(operation_id="products", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, basket_id: int) -> Response:
        _, table = products_to_read(request, basket_id)
        return Response(rows_json(table, query_of(request, table)))

    @extend_schema(operation_id="add_products", request=FilesEntry, responses=AddedSerializer)
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        entry = FilesEntry(data=request.data)
        rows = rows_of(entry, "dataURI", lines.FILE_COLUMNS)
        added = lines.add_files(basket, rows, user, question_of(entry.validated_data["search"]))
        return Response({"added": added.added, "already": added.already}, headers=tag_of(basket))

    @extend_schema(operation_id="remove_product", parameters=[URI], responses={204: None})
    def delete(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        if not lines.remove_file(basket, request.query_params.get("dataURI", ""), user):
            raise Http404
        return Response(status=204, headers=tag_of(basket))


class FacetsView(APIView):
    """Counts of the files of a basket by their kinds."""

    @extend_schema(operation_id="product_facets", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, basket_id: int) -> Response:
        _, table = products_to_read(request, basket_id)
        return Response(tables.facets_json(table, query_of(request, table), USUAL_FACETS))


class ExportView(APIView):
    """The files of a basket as a table to keep."""

    @extend_schema(operation_id="product_export", responses=EXPORTED)
    def get(self, request: Request, basket_id: int) -> HttpResponseBase:
        _, table = products_to_read(request, basket_id)
        format = request.query_params.get("format", "csv")
        return tables.exported(table, query_of(request, table), format, f"basket-{basket_id}-products")


class ScriptView(APIView):
    """The cURL script that fetches the wanted files straight from the archive, or from the portal's store."""

    origin = OpenApiParameter("from", enum=SOURCES, default="archive", description="Unless told otherwise.")
    answers = {(200, "text/x-shellscript"): OpenApiTypes.STR}

    @extend_schema(operation_id="script", parameters=[origin], responses=answers)
    def get(self, request: Request, basket_id: int) -> HttpResponse:
        basket = access.basket_to_read(cast(User, request.user), basket_id)
        if state_of(basket).harvest.waiting:
            raise ApiError("not_ready", "The product lists are still on their way; ask again soon.", 409)
        source, by = request.query_params.get("from", "archive"), request.user.get_username()
        return scripts.script_answer(*scripts.script_of(basket, source, by))
