"""Owns the looks at followed things: claimed, asked, compared, and taken down with who must hear of it.

What a look saw, the events that follow from it and who is to be told are one transaction: a worker that is
killed leaves either all or nothing, and the look is repeated. Never enqueues: the doors do.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import archive
from mastportal import work
from mastportal.news import asking
from mastportal.news.differences import Difference, Kind, differences
from mastportal.news.models import RESTING, Frequency, Happening, Pending, Subscription, Watch, uid_of
from mastportal.news.reading import words_of
from mastportal.news.snapshot import Snapshot, carried
from mastportal.news.wanting import Wish
from mastportal.search.failures import reported
from mastportal.work import Lease, Phase

logger = logging.getLogger(__name__)
# How often things are looked at, by the most impatient of those who follow them.
EVERY_S = {
    Frequency.FAST: lambda: settings.NEWS_FAST_S,
    Frequency.DAILY: lambda: settings.NEWS_DAILY_S,
    Frequency.WEEKLY: lambda: settings.NEWS_WEEKLY_S,
    Frequency.MONTHLY: lambda: settings.NEWS_WEEKLY_S,
}
SPREAD = 0.1  # of the interval, by which looks at different things are moved apart
LONGEST_PAUSE_S = 12 * 3600
EVERYTHING = 1_000_000


def look(watch_id: int, *, thorough: bool = False) -> int | None:
    """Ask the archive, in a worker, and take down what is new: how many events, None where it was not done.

    Harmless when repeated or when another has it. `thorough` leaves out no version fact, however costly.
    """
    lease = Lease.claim(Watch, watch_id)
    if lease is None:
        return None
    found: list[int] = []
    with reported(lease, lambda error, kind: _failed(lease, error, kind)):
        watch = Watch.objects.select_related("saved_search__search", "basket").get(pk=watch_id)
        client = archive.client(heartbeat=lease.beat)
        versions = thorough or asking.versions_are_due(watch.versions_at)
        fresh_s = 0.0 if thorough else interval_s(watch) / 2
        lists = EVERYTHING if thorough else settings.NEWS_LISTS_A_LOOK
        answer = asking.ask(client, watch, versions=versions, fresh_s=fresh_s, lists=lists)
        with transaction.atomic():
            lease.renew()  # which locks the row: nobody takes this look over from here on
            changes, events = _taken_down(watch, answer)
            lease.finish(**changes | ({"versions_at": Now()} if versions else {}))
        found.append(events)
        archive.note_answer(client)
    return found[0] if found else None


def _failed(lease: Lease, error: str, kind: str) -> None:
    """Later and later, the longer it fails."""
    watch = Watch.objects.get(pk=lease.pk)
    pause_s = min(interval_s(watch) * 2 ** min(watch.failures, 10), LONGEST_PAUSE_S)
    due_at = timezone.now() + timedelta(seconds=pause_s)
    lease.fail(error, kind, failures=F("failures") + 1, due_at=due_at)


def _taken_down(watch: Watch, answer: asking.Answer) -> tuple[dict[str, Any], int]:
    """What the watch keeps of a look, and how many events were written down."""
    now, before = answer.snapshot, _before(watch, answer)
    next_at = timezone.now() + timedelta(seconds=_spread(watch, interval_s(watch)))
    seen: dict[str, Any] = {"due_at": next_at, "failures": 0, "looked_at": Now(), "attempts": 0}
    if now.is_empty and not before.is_empty and not watch.doubts:
        return seen | {"doubts": 1}, 0  # an archive that has lost everything is asked once more
    serial = watch.serial + 1
    events = _told(watch, serial, now, differences(before, now))
    kept = {"snapshot": carried(before, now).pack(), "serial": serial, "doubts": 0}
    return seen | kept | {"asked": answer.question, "listed_to": answer.listed_to}, events


def _before(watch: Watch, answer: asking.Answer) -> Snapshot:
    """What was there at the last look.

    Before the first one the same rows are taken to have been there since it was followed, so that nothing is
    new but what became public; another question makes a new beginning.
    """
    now, before = answer.snapshot, asking.last_seen(watch)
    if before is None:
        return replace(now, at_mjd=watch.since_mjd if watch.snapshot is None else now.at_mjd)
    if watch.kind == Watch.Of.BASKET:
        return _with_members(before, now)
    stayed = {key: words for key, words in before.planned.items() if key not in answer.kept}
    return replace(before, planned=stayed)


def _with_members(before: Snapshot, now: Snapshot) -> Snapshot:
    """For a basket: what somebody put in or took out since is no news of the archive's.

    Rows that are there for a planned observation, and only those, name its plan.
    """
    put_in = {key: seen for key, seen in now.rows.items() if key not in before.rows and not seen.plan}
    kept = {key: words for key, words in before.planned.items() if key in now.planned}
    return replace(before, rows=dict(before.rows) | put_in, planned=dict(now.planned) | kept)


def _told(watch: Watch, serial: int, now: Snapshot, found: list[Difference]) -> int:
    """Write down the events that somebody wants, and for whom."""
    followers = list(watch.subscriptions.filter(paused_at=None, owner__is_active=True))
    wishes = [(each, Wish(each.events, each.observation, each.level)) for each in followers]
    wanted = {event: [who for who, wish in wishes if wish.takes(event)] for event in found}
    happened = {event: _happening(watch, serial, now, event) for event, who in wanted.items() if who}
    Happening.objects.bulk_create(happened.values(), batch_size=1000)
    pending = [
        Pending(subscription=who, happening=happening, must_act=_must_act(who, event))
        for event, happening in happened.items()
        for who in wanted[event]
    ]
    Pending.objects.bulk_create(pending, batch_size=1000)
    return len(happened)


def _must_act(subscription: Subscription, event: Difference) -> bool:
    return subscription.rule_basket_id is not None and event.kind == Kind.NEW


def _happening(watch: Watch, serial: int, now: Snapshot, event: Difference) -> Happening:
    seen = now.rows.get(event.subject)
    row = dict(seen.row) if seen else {}
    return Happening(
        uid=uid_of(watch, serial, event.kind, event.subject, event.level),
        watch=watch,
        serial=serial,
        kind=event.kind,
        subject=event.subject,
        number=event.number,
        level=event.level,
        words=" · ".join(text for text in (words_of(row), event.words) if text),
        row=row,
        day_mjd=now.at_mjd,
    )


def interval_s(watch: Watch) -> float:
    """How often it is looked at, in seconds: as the most impatient of its followers wishes."""
    wishes = _active().filter(watch=watch).values_list("frequency", flat=True).distinct()
    return float(min((EVERY_S[Frequency(each)]() for each in wishes), default=settings.NEWS_WEEKLY_S))


def _spread(watch: Watch, every_s: float) -> float:
    """Different things at different times: each has its own place within a tenth of the interval."""
    place = crc32(f"{watch.pk}:{watch.serial}".encode()) / 2**32
    return every_s * (1 + SPREAD * (2 * place - 1))


def _active() -> QuerySet[Subscription]:
    return Subscription.objects.filter(paused_at=None, owner__is_active=True)


def followed() -> QuerySet[Watch]:
    """What somebody follows and has not paused."""
    return Watch.objects.filter(pk__in=_active().values("watch"))


def due() -> list[int]:
    """Looks to be queued: those whose time has come, a few at a time, and those whose message got lost.

    Of those that wait longest first, so that a long rest of the archive is made up for in order.
    """
    under_way = Watch.objects.filter(phase__in=work.UNFINISHED).count()
    free = max(0, settings.NEWS_LOOKS_AT_ONCE - under_way)
    ready = followed().filter(due_at__lte=Now(), phase__in=RESTING).order_by("due_at")
    ids = [pk for pk in ready.values_list("pk", flat=True)[:free] if queue(pk)]
    return [*ids, *work.due(Watch, abandoned=_abandoned)]


def queue(watch_id: int) -> bool:
    """Make it a look to be done now; False where one is under way."""
    resting = Watch.objects.filter(pk=watch_id, phase__in=RESTING)
    fresh = {"attempts": 0, "queued_at": Now(), "nudged_at": Now(), "lease_token": None, "lease_until": None}
    return resting.update(phase=Phase.QUEUED, **fresh) == 1


@transaction.atomic
def stop(watch_id: int | str, why: str) -> bool:
    """End a look that is under way, and leave the thing alone for its usual time; whether it was."""
    if not work.stop(Watch, watch_id, why):
        return False
    watch = Watch.objects.get(pk=watch_id)
    due_at = timezone.now() + timedelta(seconds=interval_s(watch))
    return Watch.objects.filter(pk=watch.pk).update(due_at=due_at) == 1


def _abandoned(watch_id: int) -> None:
    """One that killed every worker is left alone for long."""
    later = timezone.now() + timedelta(seconds=LONGEST_PAUSE_S)
    Watch.objects.filter(pk=watch_id).update(due_at=later, failures=F("failures") + 1)


def next_look_at() -> Any:
    """When the next look is due; None where nothing is followed."""
    return followed().aggregate(Min("due_at"))["due_at__min"]
