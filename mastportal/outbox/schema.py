"""Owns the OpenAPI words of notifications and webhooks: what is sent and what comes back. Asks nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s

from mastportal.outbox.models import Form

MOST = 1000
SINCE = OpenApiParameter("since", str, description="Only newer ones than this date and time, or this id.")
BEFORE = OpenApiParameter("before", int, description="Only those with a smaller id: to go on when `more`.")
LIMIT = OpenApiParameter("limit", int, description=f"At most so many, up to {MOST}.")


class ReadEntry(s.Serializer[Any]):
    """The body of a POST: the ids that were read; without `ids` all are."""

    ids = s.ListField(child=s.IntegerField(min_value=0, max_value=2**63 - 1), max_length=MOST, required=False)


_NOTICE: dict[str, Any] = {
    "id": s.IntegerField(),
    "event": s.CharField(help_text="What kind of event it is."),
    "program": s.CharField(allow_null=True),
    "obs_id": s.CharField(allow_null=True),
    "at": s.DateTimeField(),
    "read": s.BooleanField(),
    "title": s.CharField(),
    "text": s.CharField(),
    "page": s.CharField(help_text="The page that it is about."),
    "data": s.DictField(),
}
NOTICES = inline_serializer(
    "Notifications",
    {
        "results": inline_serializer("Notification", _NOTICE, many=True),
        "unread": s.IntegerField(),
        "more": s.BooleanField(help_text="There are older ones: ask with `before`."),
    },
)


class WebhookSerializer(s.Serializer[Any]):
    """A webhook; of its address only the host is told. Nothing is sent to one that has ended."""

    id = s.UUIDField()
    name = s.CharField()
    form = s.ChoiceField(Form.values)
    host = s.CharField()
    answered_at = s.DateTimeField(allow_null=True)
    failing_since = s.DateTimeField(allow_null=True)
    failure = s.CharField(allow_blank=True)
    ended_at = s.DateTimeField(allow_null=True)


WEBHOOKS = inline_serializer("Webhooks", {"results": WebhookSerializer(many=True)})
READ = inline_serializer("NotificationsRead", {"read": s.IntegerField(), "unread": s.IntegerField()})
