"""The REST door to subscriptions."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from mastportal.api import ApiError
from mastportal.news import subscribing, tasks
from mastportal.news.models import Subscription, Watch
from mastportal.news.schema import SUBSCRIPTION, SUBSCRIPTIONS, SubscriptionEntry, Wishes

WHAT = {"mission", "program", "search", "basket", "kind"}


def subscription_json(found: Subscription, request: Request) -> dict[str, Any]:
    """A subscription as programs see it."""
    watch = found.watch
    return {
        "id": found.pk,
        "kind": watch.kind,
        "mission": watch.mission or None,
        "program": watch.program or None,
        "search": watch.saved_search_id,
        "basket": watch.basket_id,
        "name": str(watch),
        "events": found.events,
        "frequency": found.frequency,
        "channels": found.channels,
        "observation": found.observation,
        "level": found.level,
        "webhooks": found.webhooks,
        "add_to_basket": found.rule_basket_id,
        "make_bundle": found.rule_bundle,
        "rule_error": found.rule_error,
        "paused": found.paused_at is not None,
        "created_at": found.created_at,
        "told_at": found.told_at,
        "looked_at": watch.looked_at,
        "error": watch.error if watch.phase == "ERROR" else "",
        "page": request.build_absolute_uri(reverse("subscription", args=[found.pk])),
    }


def _told(request: Request, entry: type[Serializer[Any]]) -> dict[str, Any]:
    sent = entry(data=request.data)
    sent.is_valid(raise_exception=True)
    return cast(dict[str, Any], sent.validated_data)


def _watch(user: User, told: dict[str, Any]) -> Watch:
    """What a body names. Raises ApiError, BadQuery."""
    kind = told["kind"]
    if not told.get(kind):
        raise ApiError("bad_question", f"Say which {kind} is to be followed.", 400, kind)
    match kind:
        case Watch.Of.SEARCH.value:
            return subscribing.search_watch(user, told["search"])
        case Watch.Of.BASKET.value:
            return subscribing.basket_watch(user, told["basket"])
        case _:
            return subscribing.programme_watch(told.get("mission") or "JWST", told["program"])


class SubscriptionsView(APIView):
    """What one follows."""

    @extend_schema(operation_id="subscriptions", responses=SUBSCRIPTIONS)
    def get(self, request: Request) -> Response:
        found = subscribing.mine(cast(User, request.user))
        return Response({"results": [subscription_json(each, request) for each in found]})

    @extend_schema(operation_id="subscribe", request=SubscriptionEntry, responses={201: SUBSCRIPTION})
    def post(self, request: Request) -> Response:
        user, told = cast(User, request.user), _told(request, SubscriptionEntry)
        with transaction.atomic():
            watch = _watch(user, told)
            wishes = {name: value for name, value in told.items() if name not in WHAT}
            found = subscribing.subscribe(user, watch, wishes)
            tasks.queue_first_look(watch.pk)
        found = subscribing.one_of_mine(user, found.pk)
        return Response(subscription_json(found, request), status=201)


class SubscriptionView(APIView):
    """One subscription."""

    @extend_schema(operation_id="subscription", responses=SUBSCRIPTION)
    def get(self, request: Request, subscription_id: int) -> Response:
        found = subscribing.one_of_mine(cast(User, request.user), subscription_id)
        return Response(subscription_json(found, request))

    @extend_schema(operation_id="change_subscription", request=Wishes, responses=SUBSCRIPTION)
    def patch(self, request: Request, subscription_id: int) -> Response:
        user = cast(User, request.user)
        found = subscribing.one_of_mine(user, subscription_id)
        with transaction.atomic():
            subscribing.change(user, found, _told(request, Wishes))
            tasks.queue_first_look(found.watch_id)
        return Response(subscription_json(subscribing.one_of_mine(user, found.pk), request))

    @extend_schema(operation_id="end_subscription", responses={204: None})
    def delete(self, request: Request, subscription_id: int) -> Response:
        subscribing.one_of_mine(cast(User, request.user), subscription_id).delete()
        return Response(status=204)


urlpatterns = [
    path("subscriptions", SubscriptionsView.as_view(), name="api-subscriptions"),
    path("subscriptions/<int:subscription_id>", SubscriptionView.as_view(), name="api-subscription"),
]
