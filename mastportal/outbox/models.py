"""Owns the rows of what people are told: bell, deliveries by mail and webhook, webhooks and feeds."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from mastportal.work import Phase


class Channel(models.TextChoices):
    """How somebody is told."""

    BELL = "bell", "Bell"
    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"


class Form(models.TextChoices):
    """What is sent to a webhook: our own JSON, signed, or a line for a chat."""

    JSON = "json", "JSON, signed (Standard Webhooks)"
    CHAT = "chat", "A line in Slack or Mattermost"


class Words(models.Model):
    """What is said: one event's title and text, cleaned by `outbox.wording`."""

    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=1000, blank=True)  # in the portal
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Notice(Words):
    """One line under a person's bell; the feed shows the same lines."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "event_id"], name="one_notice_per_event")]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notices_of_a_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="unread_notices"),
        ]


class Webhook(models.Model):
    """An address of somebody's own. It and its signing secret lie sealed: either opens a door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=60)
    form = models.CharField(max_length=4, choices=Form, default=Form.JSON)
    host = models.CharField(max_length=255)  # as much of the address as is shown
    sealed = models.BinaryField()
    added_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)  # its host said that it is gone

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Delivery(Words):
    """One message to one mailbox or webhook; its id is the Message-ID of every attempt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="deliveries")
    html = models.TextField(blank=True)
    unsubscribe = models.CharField(max_length=1000, blank=True)  # where in the portal such mails are ended
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)  # not before
    nudged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-queued_at", "id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "event_id"], condition=Q(channel="mail"), name="one_mail_per_event"
            ),
            models.UniqueConstraint(
                fields=["webhook", "event_id"], condition=Q(channel="webhook"), name="one_call_per_event"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(phase__in=["QUEUED", "EXECUTING"]),
                name="deliveries_on_their_way",
            ),
        ]


class Feed(models.Model):
    """That a person has a feed; its address is kept only as a hash of its random part."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"feed of {self.person}"
