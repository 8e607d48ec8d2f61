"""Owns that who follows something is told: each event once, batches as one message, in the period wished.

What is told and that it was told are one transaction, so it happens once whoever is killed; sending is the
outbox's business.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts import archive
from accounts.access import visible
from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.news import wording
from mastportal.news.models import Frequency, Pending, Subscription, Watch
from mastportal.outbox.models import Channel
from mastportal.outbox.post import tell

MOST_AT_ONCE = 500
OF_MESSAGES = (Channel.MAIL.value, Channel.WEBHOOK.value)


def period_of(frequency: str, day: datetime) -> str:
    """The day, ISO week or month that `day` is in, as a text; empty where each event is told at once."""
    match frequency:
        case Frequency.DAILY.value:
            return f"{day:%Y-%m-%d}"
        case Frequency.WEEKLY.value:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        case Frequency.MONTHLY.value:
            return f"{day:%Y-%m}"
        case _:
            return ""


def to_be_told() -> list[int]:
    """Subscriptions with events that were not told yet."""
    active = Subscription.objects.filter(paused_at=None, pending__told_at=None, pending__isnull=False)
    return list(active.order_by("pk").distinct().values_list("pk", flat=True))


def roll_on() -> None:
    """Begin the new day, week or month of those who have nothing waiting."""
    for frequency in Frequency:
        if period := period_of(frequency, archive.now()):
            waiting = Pending.objects.filter(told_at=None).values("subscription")
            idle = Subscription.objects.filter(frequency=frequency).exclude(pk__in=waiting)
            idle.exclude(period=period).update(period=period)


@transaction.atomic
def give(subscription_id: int, *, early: bool = False) -> int:
    """Tell what is waiting, if it is time; with `early` whatever the time. How many events were told."""
    locked = Subscription.objects.select_for_update(of=("self",)).filter(pk=subscription_id, paused_at=None)
    found = locked.select_related("owner", "watch__saved_search", "watch__basket").first()
    if found is None:
        return 0
    period = period_of(found.frequency, archive.now())
    if period and period == found.period and not early:
        return 0
    if not may_follow(found):
        end(found)
        return 0
    return _give(found, period)


def _give(found: Subscription, period: str) -> int:
    waiting = found.pending.filter(told_at=None).select_related("happening__watch")
    told = [each.happening for each in waiting.order_by("happening_id")[:MOST_AT_ONCE]]
    if not told:
        return 0
    for happening in told if Channel.BELL in found.channels else ():
        happening.watch = found.watch
        tell([found.owner_id], wording.one(happening), channels=[Channel.BELL])
    if ways := [channel for channel in found.channels if channel in OF_MESSAGES]:
        message = wording.many(found, found.messages + 1, told)
        tell([found.owner_id], message, channels=ways, webhook_ids=found.webhooks)
    waiting.filter(happening__in=told).update(told_at=Now())
    is_all = not found.pending.filter(told_at=None).exists()
    changes = {"period": period} if is_all else {}
    Subscription.objects.filter(pk=found.pk).update(messages=F("messages") + 1, told_at=Now(), **changes)
    return len(told)


def may_follow(found: Subscription) -> bool:
    """Whether its owner still sees what it is about; programmes are public."""
    if not found.owner.is_active:
        return False
    match found.watch.kind:
        case Watch.Of.SEARCH.value:
            return visible(SavedSearch.objects.all(), found.owner).filter(watch=found.watch_id).exists()
        case Watch.Of.BASKET.value:
            return visible(Basket.objects.all(), found.owner).filter(watch=found.watch_id).exists()
        case _:
            return True


def end(found: Subscription) -> None:
    """Who may no longer see a thing hears no more of it, and what was waiting is dropped."""
    found.delete()
