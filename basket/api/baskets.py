"""The REST door to baskets themselves and to their selection."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, baskets
from basket.api.shapes import (
    BasketEntry,
    BasketSerializer,
    SelectionSerializer,
    basket_json,
    selection_json,
)
from basket.changing import check_seen
from basket.selecting import select
from basket.selection import Selection
from basket.sums import state_of
from mastportal.api import ApiError, expected_revision, tag_of

BASKETS = inline_serializer("Baskets", {"results": BasketSerializer(many=True)})


def entry_of(request: Request) -> dict[str, Any]:
    entry = BasketEntry(data=request.data)
    entry.is_valid(raise_exception=True)
    return cast(dict[str, Any], entry.validated_data)


class BasketsView(APIView):
    """One's own baskets and those of one's groups."""

    @extend_schema(operation_id="baskets", responses=BASKETS)
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)
        return Response({"results": [basket_json(state_of(b), user) for b in access.visible_baskets(user)]})

    @extend_schema(operation_id="make_basket", request=BasketEntry, responses={201: BasketSerializer})
    def post(self, request: Request) -> Response:
        user, entry = cast(User, request.user), entry_of(request)
        if not entry.get("name"):
            raise ApiError("bad_question", "A basket needs a name.", 400, "name")
        group = access.group_to_share_with(user, entry.get("group"))
        basket = baskets.make(entry["name"], user, group)
        return Response(basket_json(state_of(basket), user), status=201, headers=tag_of(basket))


class BasketView(APIView):
    """One basket."""

    @extend_schema(operation_id="basket", responses=BasketSerializer)
    def get(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        return Response(basket_json(state_of(basket), user), headers=tag_of(basket))

    @extend_schema(operation_id="change_basket", request=BasketEntry, responses=BasketSerializer)
    def patch(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        seen, entry = expected_revision(request), entry_of(request)
        with transaction.atomic():
            check_seen(basket, basket.revision, seen)
            if "name" in entry:
                baskets.rename(basket, user, entry["name"], seen)
                seen = basket.revision
            if "group" in entry:
                baskets.move(basket, user, entry["group"], seen)
        return Response(basket_json(state_of(basket), user), headers=tag_of(basket))

    @extend_schema(operation_id="remove_basket", responses={204: None})
    def delete(self, request: Request, basket_id: int) -> Response:
        baskets.remove(access.basket_to_write(cast(User, request.user), basket_id))
        return Response(status=204)


class SelectionView(APIView):
    """What of a basket's products is wanted, and what that adds up to."""

    @extend_schema(operation_id="selection", responses=SelectionSerializer)
    def get(self, request: Request, basket_id: int) -> Response:
        basket = access.basket_to_read(cast(User, request.user), basket_id)
        return Response(selection_json(state_of(basket)), headers=tag_of(basket))

    @extend_schema(operation_id="select", request=SelectionSerializer, responses=SelectionSerializer)
    def put(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        seen = expected_revision(request)
        told: Any = request.data
        if isinstance(told, Mapping):
            told = {name: value for name, value in told.items() if name not in ANSWERED}
        selection = Selection.parse(told)
        select(basket, lambda current: selection, user, seen)
        return Response(selection_json(state_of(basket)), headers=tag_of(basket))


# What a GET gives and a PUT may send back unchanged.
ANSWERED = {"files", "bytes", "restricted", "revision"}
