"""The REST door to selecting rows: keys of all that match, how many of some do, and where one stands."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.search.opening.api import opened
from mastportal.search.schema import TABLE
from mastportal.tables.selected import count_among, keys_matching, place_of

KEY = OpenApiParameter("key", str, required=True, description="The row's obsid or dataURI.")
KEYS = inline_serializer("Keys", {"keys": s.ListField(child=s.CharField())})
AMONG = inline_serializer("Among", {"selected": s.IntegerField(), "matching": s.IntegerField()})
PLACE = inline_serializer(
    "Place",
    {
        "number": s.IntegerField(help_text="The row's number in the whole table, from 0."),
        "place": s.IntegerField(allow_null=True, help_text="Among the matching rows in their order, from 1."),
        "page": s.IntegerField(allow_null=True, help_text="Null where the filters leave the row out."),
    },
)


@extend_schema(methods=["GET"], operation_id="keys", parameters=TABLE, responses=KEYS)
@extend_schema(methods=["POST"], operation_id="keys_among", parameters=TABLE, request=KEYS, responses=AMONG)
@api_view(["GET", "POST"])
def keys_of(request: Request, pk: UUID) -> Response:
    """The keys of all matching rows, at most 50,000; or how many of the keys sent are rows, and match."""
    _, table, query = opened(request, pk, ("key",))
    if request.method == "GET":
        return Response({"keys": keys_matching(table, query)})
    selected, kept = count_among(table, query, _sent(request.data))
    return Response({"selected": selected, "matching": kept})


@extend_schema(operation_id="place", parameters=[*TABLE, KEY], responses=PLACE)
@api_view(["GET"])
def place(request: Request, pk: UUID) -> Response:
    """Where the row of that key stands under the filters and the order."""
    _, table, query = opened(request, pk, ("key",))
    key = request.GET.get("key", "")
    if not key:
        raise ApiError("bad_question", "Say by its key which row is meant.", 400, "key")
    found = place_of(table, query, key)
    if found is None:
        raise ApiError("not_found", "No row of this search has that key.", 404, "key")
    return Response(asdict(found))


def _sent(body: Any) -> list[str]:
    keys = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ApiError("bad_question", 'Send the keys as {"keys": ["…", …]}.', 400, "keys")
    return [key.encode("utf-8", "replace").decode() for key in keys]


urlpatterns = [
    path("searches/<uuid:pk>/keys", keys_of, name="api-keys"),
    path("searches/<uuid:pk>/place", place, name="api-place"),
]
