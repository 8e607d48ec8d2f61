"""Owns what is removed from the store: leftovers, and what nobody needs where room is wanted. Asks nobody.

A row says that a file is gone before its bytes go: what a crash leaves in between is a leftover.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from mastportal.files import needs, store
from mastportal.files.models import ReadingRight, StoredFile
from mastportal.mast.transfer import PARTIAL_SUFFIX
from mastportal.work import Phase

KEYS_AT_ONCE = 5000
FILES_AT_ONCE = 200
QUARANTINE_KEEP_S = 30 * 86400
REMOVED = "Removed to make room; it is fetched again when it is asked for."


def clean(min_age_s: float = 3600) -> int:
    """Remove leftovers that nobody touched for `min_age_s` (never less than a lease); how many files.

    A leftover is a temporary file, or one whose key no row has, or whose row says that it is gone: of a
    worker that died or lost its lease.
    """
    ReadingRight.objects.filter(
        checked_at__lt=timezone.now() - timedelta(seconds=settings.ENTITLEMENT_TTL_S)
    ).delete()
    _forget_quarantined()
    before = time.time() - max(min_age_s, 2.0 * settings.LEASE_S)
    old = (path for path in _stored_paths() if _changed_at(path) < before)
    removed = 0
    while paths := list(islice(old, KEYS_AT_ONCE)):
        removed += _remove_unknown(paths)
    return removed


def _forget_quarantined() -> None:
    """What rotted was there to be looked at, for a while; its row is over then, where nobody needs it."""
    before = time.time() - QUARANTINE_KEEP_S
    for path in (Path(settings.STORE_DIR) / store.QUARANTINE).glob("*"):
        if path.lstat().st_ctime < before:
            path.unlink(missing_ok=True)
            rotted = StoredFile.objects.filter(key=path.name, phase=Phase.ERROR)
            needs.unneeded(rotted).update(phase=Phase.ABORTED, quarantined_at=None)


def removable(group_id: int | None = None) -> QuerySet[StoredFile]:
    """Files that may go, those that another version has replaced first, then the longest unused.

    Of one group, or of all. What a bundle needs, what was used just now and what lies elsewhere stays.
    """
    newer = StoredFile.objects.filter(
        data_uri=OuterRef("data_uri"), version__gt=OuterRef("version"), phase=Phase.COMPLETED
    )
    return (
        _unneeded(group_id)
        .annotate(replaced=Exists(newer))
        .order_by("-replaced", "last_used_at", "pk")
        .only("pk", "key", "data_uri", "version", "size_bytes", "last_used_at")
    )


def make_room(size_bytes: int, group_id: int | None = None) -> int:
    """Remove files nobody needs until so many bytes are free; how many were freed.

    Nothing is removed where all of it together would not be enough.
    """
    there = _unneeded(group_id).aggregate(sum=Sum("size_bytes"))["sum"] or 0
    if there < size_bytes:
        return 0
    freed = 0
    while freed < size_bytes and (files := list(removable(group_id)[:FILES_AT_ONCE])):
        for file in files:
            freed += let_go(file)
            if freed >= size_bytes:
                break
    return freed


def let_go(file: StoredFile) -> int:
    """Remove one file unless somebody has come to need it meanwhile; how many bytes that freed."""
    if _unneeded().filter(pk=file.pk).update(phase=Phase.ABORTED, error=REMOVED) != 1:
        return 0
    store.remove(file.key)
    return file.size_bytes or 0


def _unneeded(group_id: int | None = None) -> QuerySet[StoredFile]:
    whose = Q() if group_id is None else Q(group_id=group_id)
    return needs.unneeded(StoredFile.objects.filter(whose, phase=Phase.COMPLETED, linked=False))


def _stored_paths() -> Iterator[Path]:
    return (path for path in Path(settings.STORE_DIR).glob("??/??/*") if path.is_file() or path.is_symlink())


def _changed_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _remove_unknown(paths: list[Path]) -> int:
    keys = {path.name for path in paths if path.suffix != PARTIAL_SUFFIX}
    held = StoredFile.objects.filter(key__in=keys).exclude(phase=Phase.ABORTED)
    known = set(held.values_list("key", flat=True))
    leftovers = [path for path in paths if path.name not in known]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
