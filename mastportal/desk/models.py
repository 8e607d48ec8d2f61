"""Owns the rows of saved searches. Asks nobody."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import ResearchGroup
from mastportal.search.models import Search


class SavedSearch(models.Model):
    """A question with the filters, order and columns of its table, kept under a name.

    `state` is the table grammar's query string as it goes into the result's address; `filter_words` says
    its filters as they were understood when it was saved. Rows expire, questions and this do not.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    group = models.ForeignKey(
        ResearchGroup, models.SET_NULL, null=True, blank=True, related_name="saved_searches"
    )
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    search = models.ForeignKey(Search, models.PROTECT, related_name="saved")
    state = models.TextField(blank=True)
    filter_words = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return self.name
