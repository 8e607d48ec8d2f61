"""Owns what is removed from the store's folders: what no row knows, what broke off. Asks nobody anything."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from mastportal.files.models import ReadingRight, StoredFile
from mastportal.mast.transfer import PARTIAL_SUFFIX

KEYS_AT_ONCE = 5000


def clean(min_age_s: float = 3600) -> int:
    """Remove leftovers that nobody touched for `min_age_s` (never less than a lease); how many files.

    A leftover is a temporary file, or one whose key no row has: of a worker that died or lost its lease.
    """
    ReadingRight.objects.filter(
        checked_at__lt=timezone.now() - timedelta(seconds=settings.ENTITLEMENT_TTL_S)
    ).delete()
    before = time.time() - max(min_age_s, 2.0 * settings.LEASE_S)
    old = (path for path in _stored_paths() if _changed_at(path) < before)
    removed = 0
    while paths := list(islice(old, KEYS_AT_ONCE)):
        removed += _remove_unknown(paths)
    return removed


def _stored_paths() -> Iterator[Path]:
    return (path for path in Path(settings.STORE_DIR).glob("??/??/*") if path.is_file())


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _remove_unknown(paths: list[Path]) -> int:
    keys = {path.name for path in paths if path.suffix != PARTIAL_SUFFIX}
    known = set(StoredFile.objects.filter(key__in=keys).values_list("key", flat=True))
    leftovers = [path for path in paths if path.name not in known]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
