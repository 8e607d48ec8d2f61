"""Owns the rows of baskets: what is in them, who changed it. No rule about what is wanted lives here."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import ResearchGroup
from basket.phases import Preset
from mastportal.work import Work


def first_selection() -> dict[str, Any]:
    """What a new basket wants: the highest level with all parents."""
    return {"preset": Preset.PARENTS.value, "filters": "", "include": [], "exclude": []}


class Basket(models.Model):
    """Observations and single files that a person, or a research group, means to download.

    `revision` grows with each change. `selection_revision`, and a row's `note_revision`, is the basket's
    revision at which that part changed last.
    """

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="baskets")
    group = models.ForeignKey(ResearchGroup, models.SET_NULL, null=True, blank=True, related_name="baskets")
    revision = models.PositiveIntegerField(default=1)
    selection = models.JSONField(default=first_selection)
    selection_revision = models.PositiveIntegerField(default=1)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lock_note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return self.name


class BasketLine(models.Model):
    """One observation in a basket, with the row it had in the search it came from and what that asked."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines")
    obsid = models.CharField(max_length=64)
    row = models.JSONField()
    question = models.TextField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)
    note_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note_revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["basket", "obsid"], name="one_line_per_observation")]

    def __str__(self) -> str:
        return str(self.row.get("obs_id") or self.obsid)

    @property
    def is_planned(self) -> bool:
        """Not executed yet, so without products, whatever its dataRights say."""
        return bool(self.row.get("calib_level") == -1)


class BasketProduct(models.Model):
    """One single file in a basket, chosen from the rows of an instrument keyword search."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="products")
    data_uri = models.TextField()
    row = models.JSONField()
    question = models.TextField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)
    note_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note_revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["basket", "data_uri"], name="one_row_per_single_file")]

    def __str__(self) -> str:
        return self.data_uri


class BasketEvent(models.Model):
    """One thing that somebody did to a basket, in words; `kind` groups what is alike."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=24)
    words = models.CharField(max_length=500)
    revision = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.words


class Arrival(Work):
    """A basket that came in as a file: what the file says of it, of which a worker finds the rows.

    `by` brought it in, whoever owns the basket by now. `told` is as `basket.portable` reads it; `missing`
    counts the rows that the archive here does not have.
    """

    basket = models.OneToOneField(Basket, models.CASCADE, related_name="arrival")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    told = models.JSONField()
    missing = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"arrival of basket {self.basket_id}"
