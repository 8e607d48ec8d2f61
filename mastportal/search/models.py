"""Owns the rows of questions, their snapshots, product lists and what may be fetched. Asks nobody."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from mastportal.work import UNFINISHED, Phase, Work


class ArrowField(models.BinaryField):  # type: ignore[type-arg]
    """An Arrow IPC stream, zstd inside; written and read by `keep` only, in PostgreSQL's binary form."""


class Search(models.Model):
    """One distinct question, however it was spelled and whoever asked; it outlives its rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fingerprint = models.CharField(max_length=128, unique=True)
    collection = models.CharField(max_length=40)
    criteria = models.JSONField()
    words = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    # The newest snapshot that has rows, and the newest one of any phase.
    current = models.ForeignKey("ResultSet", models.SET_NULL, null=True, related_name="+")
    latest = models.ForeignKey("ResultSet", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "searches"

    def __str__(self) -> str:
        return self.words

    @property
    def phase(self) -> str:
        """That of the question under way; a failed refresh leaves the old answer's COMPLETED."""
        if self.latest is None:
            return str(Phase.PENDING)
        if self.current is not None and not self.latest.is_unfinished:
            return str(Phase.COMPLETED)
        return str(self.latest.phase)

    @property
    def error(self) -> str:
        """Why the newest asking failed; there may be older rows all the same."""
        return self.latest.error if self.latest else ""


class ResultSet(Work):
    """A snapshot: the rows of a question as the archive answered once. A refresh makes another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    search = models.ForeignKey(Search, models.CASCADE, related_name="results")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # What a target's name was understood as: name, ra_deg, dec_deg, radius_deg, resolver.
    understood = models.JSONField(null=True)
    count = models.PositiveBigIntegerField(null=True)
    # Rows that name the instrument but no mode, where a mode was asked for.
    left_out = models.PositiveBigIntegerField(null=True)
    row_count = models.PositiveBigIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    rows_removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-queued_at"]
        constraints = [
            # However many people ask at once, one question is under way.
            models.UniqueConstraint(
                fields=["search"], condition=Q(phase__in=UNFINISHED), name="one_question_under_way"
            )
        ]
        indexes = [
            models.Index(fields=["nudged_at"], name="result_due", condition=Q(phase__in=UNFINISHED)),
            models.Index(fields=["ended_at"], name="result_kept", condition=Q(rows_removed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.search_id} {self.queued_at:%Y-%m-%d %H:%M}"

    @property
    def fetched_at(self) -> datetime | None:
        """When the archive's answer was complete."""
        return self.ended_at if self.phase == Phase.COMPLETED else None

    @property
    def age_s(self) -> float | None:
        """Seconds since the archive's answer was complete."""
        return (timezone.now() - self.fetched_at).total_seconds() if self.fetched_at else None

    @property
    def is_fresh(self) -> bool:
        return self.has_rows and self.age_s is not None and self.age_s < settings.RESULT_TTL_S

    @property
    def has_rows(self) -> bool:
        return self.phase == Phase.COMPLETED and self.rows_removed_at is None

    @property
    def expires_at(self) -> datetime | None:
        """When its rows are removed."""
        return self.fetched_at + timedelta(seconds=settings.RESULT_KEEP_S) if self.fetched_at else None


class ResultChunk(models.Model):
    """One page of the archive's answer."""

    result = models.ForeignKey(ResultSet, models.CASCADE, related_name="chunks")
    n = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    arrow = ArrowField()

    class Meta:
        ordering = ["result", "n"]
        constraints = [models.UniqueConstraint(fields=["result", "n"], name="chunks_are_numbered")]

    def __str__(self) -> str:
        return f"{self.result_id} #{self.n}"


class SearchUse(models.Model):
    """Who asked which question, and when last: a person's recent searches."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="search_uses")
    search = models.ForeignKey(Search, models.CASCADE, related_name="uses")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["user", "search"], name="one_use_per_person")]
        indexes = [models.Index(fields=["user", "-at"], name="recent_uses")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.search_id}"


class Lookup(Work):
    """A small question and its answer: a count, where a name or many are, which values there are."""

    class Kind(models.TextChoices):
        COUNT = "count"
        RESOLVE = "resolve"
        TARGETS = "targets"
        VALUES = "values"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=256)
    question = models.JSONField()
    answer = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_lookup_per_key")]
        indexes = [models.Index(fields=["nudged_at"], name="lookup_due", condition=Q(phase__in=UNFINISHED))]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ProductList(Work):
    """The products of one observation, as the archive listed them last."""

    obsid = models.CharField(max_length=64, unique=True)
    arrow = ArrowField(null=True)
    row_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)  # sum over the products
    fetched_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["nudged_at"], name="products_due", condition=Q(phase__in=UNFINISHED))]

    def __str__(self) -> str:
        return self.obsid


class ListedUri(models.Model):
    """A data URI that the archive itself named: only these are ever fetched.

    `key` is the first half of the URI's SHA-256: URIs are long, and there are millions.
    """

    key = models.UUIDField(primary_key=True)
    uri = models.TextField()
    mission = models.TextField(blank=True)
    obs_id = models.TextField(blank=True)
    programme = models.TextField(blank=True)
    rights = models.TextField(blank=True)
    release_mjd = models.FloatField(null=True)
    size_bytes = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.uri


class KeywordFacts(models.Model):
    """What the newest keyword row of a file said of its version, and when; `key` as that of its ListedUri."""

    key = models.UUIDField(primary_key=True)
    md5 = models.CharField(max_length=32, blank=True)
    size_bytes = models.BigIntegerField(null=True)
    cal_ver = models.CharField(max_length=60, blank=True)
    crds_ctx = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "keyword facts"

    def __str__(self) -> str:
        return str(self.key)
