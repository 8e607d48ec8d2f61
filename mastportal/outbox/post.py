"""Owns the one way in: what is to be told, written down in the caller's transaction. Sends nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from mastportal.outbox import wording
from mastportal.outbox.models import Channel, Delivery, Notice, Webhook

BELL, MAIL, WEBHOOK = (channel.value for channel in Channel)


@dataclass(frozen=True)
class Message:
    """One event, in words. `event_id` is the same whenever the same event is told.

    `kind` is a word for programs (the REST field `event`); `title` one line; `text` plain, `html` the same
    with markup, trusted as it is: who makes it escapes what the archive said. `path` leads to the page in
    the portal; `data` goes to webhooks and REST, where `program` and `obs_id` are looked for.
    `unsubscribe` is the address in the portal where whoever gets such mails may end them, also without
    signing in where it holds `one_click.THIS_MAIL`.
    """

    event_id: str
    kind: str
    title: str
    text: str
    html: str = ""
    path: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    unsubscribe: str = ""


@transaction.atomic
def tell(
    person_ids: Iterable[int],
    message: Message,
    *,
    channels: Iterable[str] = (BELL,),
    webhook_ids: Iterable[UUID] = (),
) -> int:
    """Write down that each person is to be told on each channel; how many rows are new.

    Once per person, event and channel (a webhook being a channel of its own), however often it is called.
    With `webhook` and no `webhook_ids` all webhooks of the person are told; ids of others' are passed over.
    The sweep of `outbox.tasks` sends within seconds of the commit.
    """
    wanted = {Channel(channel) for channel in channels}
    people = list(User.objects.filter(pk__in=set(person_ids), is_active=True).values_list("pk", flat=True))
    words = _words(message)
    told = _ring(people, words) if Channel.BELL in wanted else 0
    posted = [Delivery(person_id=pk, channel=MAIL) for pk in people] if Channel.MAIL in wanted else []
    if Channel.WEBHOOK in wanted:
        posted += _calls(people, set(webhook_ids))
    more = {"html": wording.lines(message.html), "unsubscribe": wording.inside(message.unsubscribe)}
    return told + _post(posted, words | more)


def _words(message: Message) -> dict[str, Any]:
    return {
        "event_id": wording.event_id(message.event_id),
        "kind": wording.one_line(message.kind, 40),
        "title": wording.one_line(message.title),
        "text": wording.lines(message.text),
        "path": wording.inside(message.path),
        "data": wording.facts(message.data),
    }


def _ring(people: list[int], words: dict[str, Any]) -> int:
    known = Notice.objects.filter(person_id__in=people, event_id=words["event_id"])
    new = set(people) - set(known.values_list("person_id", flat=True))
    Notice.objects.bulk_create((Notice(person_id=pk, **words) for pk in new), ignore_conflicts=True)
    return len(new)


def _calls(people: list[int], webhook_ids: set[UUID]) -> list[Delivery]:
    hooks = Webhook.objects.filter(person_id__in=people, ended_at=None)
    hooks = hooks.filter(pk__in=webhook_ids) if webhook_ids else hooks
    return [Delivery(person_id=hook.person_id, channel=WEBHOOK, webhook_id=hook.pk) for hook in hooks]


def _post(posted: list[Delivery], words: dict[str, Any]) -> int:
    for delivery in posted:
        for name, value in words.items():
            setattr(delivery, name, value)
    Delivery.objects.bulk_create(posted, ignore_conflicts=True)
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in posted]).count() if posted else 0
