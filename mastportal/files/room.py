"""Owns how much the store may hold: asked before each fetch, so that a full disk is said, not met."""

from django.conf import settings
from django.db.models import Sum
from django.db.models.functions import Coalesce

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.work import Phase

# Left free for the database, the logs and what else shares the disk.
SPARE_BYTES = 256 << 20


class StoreFull(Exception):
    """There is no room for this file; the text says so in a sentence. Nothing was fetched."""


def used_bytes() -> int:
    """What is stored, and what is being fetched counted in full."""
    size = Coalesce("size_bytes", "listed_size_bytes", 0)
    counted = StoredFile.objects.filter(phase__in=[Phase.COMPLETED, Phase.EXECUTING])
    return counted.aggregate(sum=Coalesce(Sum(size), 0))["sum"] or 0


def require(size_bytes: int) -> None:
    """Raises StoreFull when a file of this size, already counted among those being fetched, does not fit."""
    quota = settings.STORE_QUOTA_BYTES
    if quota and used_bytes() > quota:
        raise StoreFull(
            f"The portal's store is full: it may hold {quota / 1e9:.1f} GB; ask an administrator for room."
        )
    if store.free_bytes() < size_bytes + SPARE_BYTES:
        raise StoreFull("The portal's disk is full; ask an administrator to make room, then try again.")
