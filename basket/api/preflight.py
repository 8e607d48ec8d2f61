"""The REST door to what is to be known before a bundle is asked for."""

from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, lines
from basket.api.shapes import SelectedSerializer
from basket.preflight import preflight_of
from basket.preflight_page import as_json
from basket.programmes import Opens
from mastportal.search.products import FAILURES_STAY_S, want
from mastportal.search.tasks import queue_products

PROGRAMME = inline_serializer(
    "PreflightProgramme",
    {
        "programme": serializers.CharField(),
        "files": serializers.IntegerField(),
        "bytes": serializers.IntegerField(),
        "opens": serializers.ChoiceField([each.value for each in Opens]),
        "members": inline_serializer(
            "PreflightMember",
            {
                "username": serializers.CharField(),
                "opens": serializers.BooleanField(),
                "checked_at": serializers.DateTimeField(),
            },
            many=True,
        ),
    },
    many=True,
)
PREFLIGHT = inline_serializer(
    "Preflight",
    {
        "files": serializers.IntegerField(),
        "bytes": serializers.IntegerField(help_text="as the archive lists them"),
        "here": SelectedSerializer(help_text="in the portal's store already"),
        "to_fetch": SelectedSerializer(),
        "unknown_size": serializers.IntegerField(),
        "links": serializers.IntegerField(help_text="kept by other sites, not fetched"),
        "need_token": serializers.IntegerField(),
        "programmes": PROGRAMME,
        "lists": serializers.DictField(help_text="product lists: total, waiting, failed with the reason"),
        "planned": serializers.IntegerField(help_text="observations without files yet"),
        "room": serializers.DictField(help_text="bytes free: disk, store, group; null is no limit"),
        "fits": serializers.BooleanField(),
        "rate": serializers.IntegerField(allow_null=True, help_text="bytes per second of late"),
        "estimate_s": serializers.FloatField(allow_null=True),
        "said": serializers.ListField(child=serializers.CharField(), help_text="the page's sentences"),
    },
)


class PreflightView(APIView):
    """What a bundle of a basket's selection would be: asked before it is made."""

    @extend_schema(operation_id="preflight", responses={200: PREFLIGHT, 202: PREFLIGHT})
    def get(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        queue_products(want(lines.contents_of(basket).executed, failures_stay_s=FAILURES_STAY_S))
        told: dict[str, Any] = as_json(preflight_of(basket, user))
        if not told["lists"]["waiting"]:
            return Response(told)
        return Response(told, status=202, headers={"Location": request.path, "Retry-After": "1"})
