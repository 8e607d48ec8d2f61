"""Owns the OpenAPI words of subscriptions: what is sent and what comes back. Asks nobody."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from mastportal.news.differences import Kind
from mastportal.news.models import Frequency, Watch
from mastportal.news.subscribing import ALSO, LONGEST_OBSERVATION
from mastportal.outbox.models import Channel

EVENTS = [kind.value for kind in Kind]
CHANNELS = [*Channel.values, *ALSO]


class Wishes(s.Serializer[Any]):
    """The body of a PATCH; what is left out stays as it is."""

    events = s.ListField(child=s.ChoiceField(EVENTS), required=False, allow_empty=False, max_length=20)
    frequency = s.ChoiceField(Frequency.values, required=False)
    channels = s.ListField(
        child=s.ChoiceField(CHANNELS),
        required=False,
        allow_empty=False,
        max_length=20,
        help_text="email is mail; portal and feed are bell, whose lines the feed shows, too.",
    )
    observation = s.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_OBSERVATION,
        help_text="Only this one of the programme: its number (3) or its obs_id; empty: all.",
    )
    level = s.ChoiceField([2, 3], required=False, allow_null=True)
    webhooks = s.ListField(child=s.UUIDField(), required=False, max_length=100)
    add_to_basket = s.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**62, help_text="What is new goes there."
    )
    make_bundle = s.BooleanField(required=False, help_text="And a bundle is made of that basket.")
    paused = s.BooleanField(required=False)


class SubscriptionEntry(Wishes):
    """The body of a POST: `program` with `mission` (JWST where left out), `search` (the id of a saved
    search) or `basket`, as the kind has it."""

    kind = s.ChoiceField(Watch.Of.values)
    mission = s.CharField(required=False, max_length=20)
    program = s.CharField(required=False, max_length=64)
    search = s.IntegerField(required=False, min_value=1, max_value=2**62)
    basket = s.IntegerField(required=False, min_value=1, max_value=2**62)


_SUBSCRIPTION: dict[str, Any] = {
    "id": s.IntegerField(),
    "kind": s.ChoiceField(Watch.Of.values),
    "mission": s.CharField(allow_null=True),
    "program": s.CharField(allow_null=True),
    "search": s.IntegerField(allow_null=True),
    "basket": s.IntegerField(allow_null=True),
    "name": s.CharField(help_text="Of what is followed."),
    "events": s.ListField(child=s.ChoiceField(EVENTS)),
    "frequency": s.ChoiceField(Frequency.values),
    "channels": s.ListField(child=s.ChoiceField(Channel.values)),
    "observation": s.CharField(),
    "level": s.IntegerField(allow_null=True),
    "webhooks": s.ListField(child=s.UUIDField()),
    "add_to_basket": s.IntegerField(allow_null=True),
    "make_bundle": s.BooleanField(),
    "rule_error": s.CharField(help_text="Why the rule could not be followed last; empty where it could."),
    "paused": s.BooleanField(),
    "created_at": s.DateTimeField(),
    "told_at": s.DateTimeField(allow_null=True),
    "looked_at": s.DateTimeField(allow_null=True, help_text="When the archive was asked last."),
    "error": s.CharField(help_text="Why the last look failed; empty where it did not."),
    "page": s.CharField(),
}
SUBSCRIPTION = inline_serializer("Subscription", _SUBSCRIPTION)
SUBSCRIPTIONS = inline_serializer(
    "Subscriptions", {"results": inline_serializer("SubscriptionItem", dict(_SUBSCRIPTION), many=True)}
)
