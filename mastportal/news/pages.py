"""Owns what the pages of subscriptions show, worked out beforehand. Asks no archive."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Q

from mastportal.news import subscribing
from mastportal.news.differences import Kind
from mastportal.news.forms import EVENT_WORDS, FollowForm
from mastportal.news.models import Frequency, Happening, Subscription, Watch
from mastportal.news.wording import address, sentence
from mastportal.outbox.models import Channel, Webhook

NEWEST = 20
KINDS = {
    Watch.Of.PROGRAM: "Programme",
    Watch.Of.SEARCH: "Saved search",
    Watch.Of.BASKET: "Basket",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One subscription as the list shows it."""

    found: Subscription
    kind: str
    url: str
    events: str
    scope: str
    ways: str
    frequency: str
    waiting: int


def lines_of(user: User, followed: Iterable[Subscription]) -> list[Line]:
    """These subscriptions of one person; one question to the database."""
    hooks = Webhook.objects.filter(person_id=user.pk, ended_at=None)
    alive = set(hooks.values_list("pk", flat=True))
    return [_line(each, alive) for each in followed]


def _line(found: Subscription, hooks: Collection[UUID]) -> Line:
    level = f"level {found.level}" if found.level is not None else ""
    observation = f"observation {found.observation}" if found.observation else ""
    return Line(
        found,
        KINDS[Watch.Of(found.watch.kind)],
        address(found.watch),
        _events(found),
        " · ".join(text for text in (observation, level) if text),
        ", ".join(_way(found, channel, hooks) for channel in found.channels),
        Frequency(found.frequency).label.partition(" (")[0],
        getattr(found, "waiting", 0),
    )


def _way(found: Subscription, channel: str, hooks: Collection[UUID]) -> str:
    """A way in words; of webhooks also that none is left to be called, since nothing else would say so."""
    is_silent = channel == Channel.WEBHOOK and not set(found.webhooks or hooks).intersection(hooks)
    return Channel(channel).label.lower() + (" (there is none any more)" if is_silent else "")


def _events(found: Subscription) -> str:
    if len(found.events) == len(subscribing.events_of(found.watch)):
        return "all events"
    return ", ".join(EVENT_WORDS[event].lower() for event in found.events)


def list_page(user: User, form: FollowForm | None = None) -> dict[str, Any]:
    """All that a person follows, and what happened to it last."""
    found = subscribing.mine(user).annotate(waiting=Count("pending", filter=Q(pending__told_at=None)))
    newest = (
        Happening.objects.filter(pending__subscription__in=subscribing.mine(user).values("pk"))
        .order_by("-pk")
        .distinct()
    )
    related = newest.select_related("watch__saved_search", "watch__basket")[:NEWEST]
    return {
        "lines": lines_of(user, found),
        "newest": [(each, str(each.watch), sentence(each), address(each.watch)) for each in related],
        "form": form or FollowForm(),
    }


def watch_words(watch: Watch) -> dict[str, Any]:
    """What a subscription's page says of the thing that is followed."""
    failed = watch.error if watch.phase == "ERROR" else ""
    return {
        "watch": watch,
        "watch_kind": KINDS[Watch.Of(watch.kind)],
        "watch_url": address(watch),
        "watch_error": failed,
        "no_plans": _no_plans(watch),
    }


def _no_plans(watch: Watch) -> str:
    """Why nothing is told of the plan; empty where it is."""
    if Kind.PLANNED_ADDED in subscribing.events_of(watch):
        return ""
    if watch.kind == Watch.Of.BASKET:
        return "Planned observations have no products yet: one in this basket is new data once executed."
    return "This search lists files, and what is only planned has none."
