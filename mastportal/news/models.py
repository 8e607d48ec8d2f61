"""Owns the rows of news: what is watched, who subscribed to it, what happened, who is still to be told."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.news.differences import Kind
from mastportal.outbox.models import Channel
from mastportal.work import UNFINISHED, Phase, Work

EVENTS = [(kind.value, kind.value) for kind in Kind]


class Watch(Work):
    """One thing that the archive is asked about for all who follow it: a look is one piece of work.

    `snapshot` is what the last look saw, packed, and `asked` what was asked then: another question makes a
    new beginning. Before the first look, `since_mjd` (the archive's day) is when it was first followed.
    `serial` counts the looks that were taken down. `listed_to` is the observation up to which product lists
    were asked for: a look takes the next of them.
    """

    class Of(models.TextChoices):
        PROGRAM = "program", "A programme"
        SEARCH = "search", "A saved search"
        BASKET = "basket", "A basket's products"

    kind = models.CharField(max_length=8, choices=Of)
    mission = models.CharField(max_length=40, blank=True)
    program = models.CharField(max_length=64, blank=True)
    saved_search = models.OneToOneField(SavedSearch, models.CASCADE, null=True, related_name="watch")
    basket = models.OneToOneField(Basket, models.CASCADE, null=True, related_name="watch")
    snapshot = models.BinaryField(null=True)
    asked = models.TextField(blank=True)
    since_mjd = models.FloatField()
    serial = models.PositiveIntegerField(default=0)
    listed_to = models.TextField(blank=True)
    versions_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(
                fields=["mission", "program"], condition=Q(kind="program"), name="one_watch_per_programme"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="watch_due"),
            models.Index(fields=["nudged_at"], name="watch_nudged", condition=Q(phase__in=UNFINISHED)),
        ]

    def __str__(self) -> str:
        if self.kind == self.Of.PROGRAM:
            return f"{self.mission} {self.program}"
        return str(self.saved_search if self.kind == self.Of.SEARCH else self.basket)


class Happening(models.Model):
    """One event of a watched thing; `serial` is that of the look that saw it, `row` its observation's."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="happenings")
    serial = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=EVENTS)
    subject = models.TextField(blank=True)
    number = models.CharField(max_length=3, blank=True)
    level = models.SmallIntegerField(null=True)
    words = models.TextField(blank=True)
    row = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    day_mjd = models.FloatField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Frequency(models.TextChoices):
    """How often somebody is told."""

    FAST = "fast", "Fast (within minutes)"
    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"


class Subscription(models.Model):
    """What one person wants to hear of a watched thing, how often and by which way.

    `observation` is one of the programme's, by its number ("003") or its obs_id; empty: all. `period` is the
    day, week or month in which they were told last, so that each period brings one message. `messages`
    counts those. `rule_basket` gets what is new, with a bundle made of it where `rule_bundle` says so.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions")
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="subscriptions")
    events = ArrayField(models.CharField(max_length=20, choices=EVENTS))
    observation = models.CharField(max_length=200, blank=True)
    level = models.PositiveSmallIntegerField(null=True)
    frequency = models.CharField(max_length=8, choices=Frequency, default=Frequency.FAST)
    channels = ArrayField(models.CharField(max_length=8, choices=Channel), default=list)
    webhooks = ArrayField(models.UUIDField(), default=list, blank=True)
    rule_basket = models.ForeignKey(Basket, models.SET_NULL, null=True, related_name="+")
    rule_bundle = models.BooleanField(default=False)
    rule_error = models.TextField(blank=True)
    period = models.CharField(max_length=10, blank=True)
    messages = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.owner}: {self.watch}"


class Pending(models.Model):
    """One event for one subscription: to be told, and where it has a rule, to be put into the basket."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="pending")
    happening = models.ForeignKey(Happening, models.CASCADE, related_name="pending")
    told_at = models.DateTimeField(null=True)
    must_act = models.BooleanField(default=False)

    class Meta:
        ordering = ["happening_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "happening"], name="each_event_once_a_subscription"
            )
        ]
        indexes = [
            models.Index(
                fields=["subscription"], name="pending_untold", condition=Q(told_at=None) | Q(must_act=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.happening_id}"


class EventFile(Work):
    """MAST's own subscription file that somebody dropped in: its filesets are looked up for the basket."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_files")
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="+")
    filesets = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["nudged_at"], name="event_file_due", condition=Q(phase__in=UNFINISHED))
        ]

    def __str__(self) -> str:
        return f"for {self.basket_id}"


NAMESPACE = uuid.UUID("6b6a1c1e-6c59-5b0f-9d0a-4d2f4a7f7c11")


def uid_of(watch: Watch, serial: int, *parts: Any) -> uuid.UUID:
    """The constant id of an event: the same when a look that broke off is repeated."""
    return uuid.uuid5(NAMESPACE, "|".join(map(str, (watch.pk, serial, *parts))))


RESTING = (Phase.PENDING, Phase.COMPLETED, Phase.ERROR, Phase.ABORTED)
