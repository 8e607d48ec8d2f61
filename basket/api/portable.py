"""The REST doors by which a basket leaves as a file and comes in as one."""

from dataclasses import asdict
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, arriving, portable
from basket.api.shapes import BasketSerializer, basket_json
from basket.harvest import products_of
from basket.lines import contents_of
from basket.models import Arrival
from basket.sums import state_of, wanted_of
from basket.tasks import queue_arrival
from mastportal.api import ApiError, tag_of
from mastportal.tables.columns import BadQuery

COMPARED = inline_serializer(
    "ComparedWithFile",
    {
        "named": serializers.IntegerField(help_text="files that the file named"),
        "unlisted": serializers.IntegerField(help_text="of these, in no product list here"),
        "left_out": serializers.IntegerField(help_text="of these, not selected now"),
        "more": serializers.IntegerField(help_text="selected now and not named"),
        "resized": serializers.IntegerField(help_text="listed with another size than then"),
    },
)
ARRIVAL = inline_serializer(
    "Arrival",
    {
        "phase": serializers.CharField(),
        "error": serializers.CharField(allow_blank=True),
        "missing": serializers.IntegerField(help_text="rows that the archive here does not have"),
        "compared": COMPARED,
    },
)


class ExportFileView(APIView):
    """A basket as one JSON file, which another portal of the same archive takes in."""

    @extend_schema(operation_id="export_basket", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        try:
            return Response(portable.exported(basket, user.get_username()))
        except BadQuery as error:
            raise ApiError("not_ready", error.message, 409) from error


class ImportsView(APIView):
    """A new basket of yours from such a file."""

    @extend_schema(
        operation_id="import_basket", request=OpenApiTypes.OBJECT, responses={202: BasketSerializer}
    )
    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        told: Any = portable.parse(request.data)
        with transaction.atomic():
            arrival = arriving.begin(told, user)
            queue_arrival(arrival)
        basket = access.basket_to_read(user, arrival.basket_id)
        headers = {"Location": f"/api/v1/baskets/{basket.pk}/import", "Retry-After": "1"} | tag_of(basket)
        return Response(basket_json(state_of(basket), user), status=202, headers=headers)


class ImportView(APIView):
    """How far the rows of a basket's file have been found, and what is selected against what it named."""

    @extend_schema(operation_id="import_state", responses=ARRIVAL)
    def get(self, request: Request, basket_id: int) -> Response:
        basket = access.basket_to_read(cast(User, request.user), basket_id)
        arrival = Arrival.objects.filter(basket=basket).first()
        if arrival is None:
            raise Http404
        wanted = wanted_of(products_of(contents_of(basket)), basket.selection)
        found = arriving.compared(arrival.told, wanted.products, wanted.uris())
        told = {"phase": arrival.phase, "error": arrival.error, "missing": arrival.missing}
        return Response(told | {"compared": asdict(found)})
