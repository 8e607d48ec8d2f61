"""The REST door to a basket as a whole: locked for good, copied, merged with another."""

from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from basket import access, baskets
from basket.api.shapes import AddedSerializer, BasketSerializer, basket_json
from basket.lines import contents_of
from basket.sums import state_of
from mastportal.api import tag_of
from mastportal.search.products import want
from mastportal.search.tasks import queue_products


class LockEntry(serializers.Serializer[Any]):
    """The body of a POST: why, for those who find it locked."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class CopyEntry(serializers.Serializer[Any]):
    """The body of a POST: what the copy is called and the group that it belongs to; null for you alone."""

    name = serializers.CharField(max_length=120)
    group = serializers.IntegerField(allow_null=True, required=False, default=None)


class MergeEntry(serializers.Serializer[Any]):
    """The body of a POST: the basket whose rows come in."""

    basket = serializers.IntegerField(min_value=1, max_value=2**62)


class LockView(APIView):
    """Final: while it is locked every change of a basket is a 409; bundles may still be made."""

    @extend_schema(operation_id="lock_basket", request=LockEntry, responses=BasketSerializer)
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        entry = LockEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        baskets.lock(basket, user, entry.validated_data["note"])
        return Response(basket_json(state_of(basket), user), headers=tag_of(basket))

    @extend_schema(operation_id="unlock_basket", responses={204: None})
    def delete(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        baskets.unlock(basket, user)
        return Response(status=204, headers=tag_of(basket))


class CopyView(APIView):
    """Another basket with the same rows, notes and selection."""

    @extend_schema(operation_id="copy_basket", request=CopyEntry, responses={201: BasketSerializer})
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_read(user, basket_id)
        entry = CopyEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        group = access.group_to_share_with(user, entry.validated_data["group"])
        new = baskets.copy(basket, user, entry.validated_data["name"], group)
        return Response(basket_json(state_of(new), user), status=201, headers=tag_of(new))


class MergeView(APIView):
    """All rows of another basket, which stays as it is."""

    @extend_schema(operation_id="merge_baskets", request=MergeEntry, responses=AddedSerializer)
    def post(self, request: Request, basket_id: int) -> Response:
        user = cast(User, request.user)
        basket = access.basket_to_write(user, basket_id)
        entry = MergeEntry(data=request.data)
        entry.is_valid(raise_exception=True)
        added = baskets.merge(basket, access.basket_to_read(user, entry.validated_data["basket"]), user)
        queue_products(want(contents_of(basket).executed))
        return Response({"added": added.added, "already": added.already}, headers=tag_of(basket))
