"""Owns what a person sees of their deliveries: how each stands, one tried again, one to try a way."""

import hashlib
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from mastportal.outbox import post
from mastportal.outbox.lease import Lease
from mastportal.outbox.models import Delivery
from mastportal.work import UNFINISHED, Phase

Person = User | AnonymousUser
SHOWN = 20
TEST = "outbox.test"  # the kind of a message that tries a way


def of(person: Person) -> QuerySet[Delivery]:
    """The deliveries to `person`, the newest first."""
    deliveries = Delivery.objects.filter(person_id=person.pk or 0).select_related("webhook")
    return deliveries.defer("text", "html", "data", "webhook__sealed")


def newest(person: Person) -> list[Delivery]:
    """The newest few."""
    return list(of(person)[:SHOWN])


def state_of(deliveries: list[Delivery]) -> str:
    """A word that changes when one of them does."""
    told = "".join(f"{each.pk}{each.phase}{each.attempts}" for each in deliveries)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def again(person: Person, delivery_id: UUID) -> bool:
    """Queue one that ended undelivered anew, under its old id; whether there was such a one."""
    return take_up_again(Delivery.objects.filter(person_id=person.pk or 0, pk=delivery_id)) > 0


def take_up_again(deliveries: QuerySet[Delivery]) -> int:
    """Queue those that ended undelivered anew, under their old ids; how many there were."""
    ended = deliveries.filter(phase__in=[Phase.ERROR, Phase.ABORTED])
    fresh = {"phase": Phase.QUEUED, "queued_at": Now(), "next_at": Now(), "nudged_at": None}
    return ended.update(**fresh, ended_at=None, attempts=0)


def stop(deliveries: QuerySet[Delivery], why: str) -> int:
    """End what is still on its way, whoever is sending it; how many there were."""
    under_way = deliveries.filter(phase__in=UNFINISHED)
    return under_way.update(phase=Phase.ABORTED, ended_at=Now(), error=why, **Lease.FREED)


def try_out(person: User, webhook_id: UUID | None = None) -> bool:
    """Send a message that says nothing but that it came, by mail or to a webhook; whether it was queued."""
    message = post.Message(
        event_id=f"{TEST}:{uuid4()}",
        kind=TEST,
        title="A test from the MAST portal",
        text="You asked the portal to try this way of telling you. It works.",
        path=reverse("channels"),
    )
    channel = post.MAIL if webhook_id is None else post.WEBHOOK
    return (
        post.tell([person.pk], message, channels=[channel], webhook_ids=[webhook_id] if webhook_id else [])
        > 0
    )
