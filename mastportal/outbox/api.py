"""The REST door to what stands under the bell, and to which webhooks one has."""

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from mastportal.api import ApiError
from mastportal.outbox import addresses, bell
from mastportal.outbox import webhooks as hooks
from mastportal.outbox.models import Notice
from mastportal.outbox.schema import (
    BEFORE,
    LIMIT,
    MOST,
    NOTICES,
    READ,
    SINCE,
    WEBHOOKS,
    ReadEntry,
    WebhookSerializer,
)

MOST_DIGITS = 18


def notice_json(notice: Notice) -> dict[str, Any]:
    """A notice as programs see it."""
    return {
        "id": notice.pk,
        "event": notice.kind,
        "program": _word(notice.data.get("program")),
        "obs_id": _word(notice.data.get("obs_id")),
        "at": notice.at,
        "read": notice.read_at is not None,
        "title": notice.title,
        "text": notice.text,
        "page": addresses.full(notice.path),
        "data": notice.data,
    }


def _word(fact: Any) -> str | None:
    return None if fact is None else str(fact)


@extend_schema(operation_id="notifications", parameters=[SINCE, BEFORE, LIMIT], responses=NOTICES)
@api_view(["GET"])
def notifications(request: Request) -> Response:
    """One's own notices, the newest first."""
    person = cast(User, request.user)
    asked = _since(request.GET.get("since", "")) & _before(request)
    limit = _number(request, "limit") or MOST
    found = list(bell.of(person).filter(asked).order_by("-pk")[: min(limit, MOST) + 1])
    told, more = found[: min(limit, MOST)], len(found) > min(limit, MOST)
    results = [notice_json(notice) for notice in told]
    return Response({"results": results, "unread": bell.unread(person), "more": more})


@extend_schema(operation_id="read_notifications", request=ReadEntry, responses=READ)
@api_view(["POST"])
def read(request: Request) -> Response:
    """Note that these were read, or all of them."""
    person, entry = cast(User, request.user), ReadEntry(data=request.data)
    entry.is_valid(raise_exception=True)
    marked = bell.mark_read(person, cast(dict[str, Any], entry.validated_data).get("ids"))
    return Response({"read": marked, "unread": bell.unread(person)})


@extend_schema(operation_id="webhooks", responses=WEBHOOKS)
@api_view(["GET"])
def webhooks(request: Request) -> Response:
    """One's own webhooks, by name; they are entered and removed on the page, where their secret is shown."""
    mine = hooks.of(cast(User, request.user))
    return Response({"results": WebhookSerializer(mine, many=True).data})


def _since(told: str) -> Q:
    """Those after a notice or a moment. Raises ApiError."""
    if not told:
        return Q()
    if told.isdecimal() and len(told) <= MOST_DIGITS:
        return Q(pk__gt=int(told))
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(told.replace(" ", "+") if "T" in told else told)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return Q(at__gt=moment.astimezone(UTC))
    except (ValueError, OverflowError):
        sentence = "since takes a date and time, such as 2026-11-23T09:00:00Z, or the id of a notification."
        raise ApiError("bad_question", sentence, 400, "since") from None


def _before(request: Request) -> Q:
    before = _number(request, "before")
    return Q() if before is None else Q(pk__lt=before)


def _number(request: Request, name: str) -> int | None:
    """A whole number above 0 from the address. Raises ApiError."""
    told = request.GET.get(name, "")
    if not told:
        return None
    if not told.isdecimal() or len(told) > MOST_DIGITS or not int(told):
        raise ApiError("bad_question", f"{name} takes a whole number above 0.", 400, name)
    return int(told)


urlpatterns = [
    path("notifications", notifications, name="api-notifications"),
    path("notifications/read", read, name="api-notifications-read"),
    path("webhooks", webhooks, name="api-webhooks"),
]
