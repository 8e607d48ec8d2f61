"""Owns one round of cleaning: leftovers go, and what is over a quota or the disk's reserve. Asks nobody."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models.functions import Now

from mastportal.files import cleaning, room
from mastportal.files.models import StoredFile


def prune(unused_for: timedelta | None = None) -> Iterator[StoredFile]:
    """Remove what `candidates` gives, file by file; those that somebody came to need meanwhile stay."""
    cleaning.clean()
    for file in candidates(unused_for):
        if cleaning.let_go(file):
            yield file


def candidates(unused_for: timedelta | None = None) -> Iterator[StoredFile]:
    """Files that nobody needs and that go: as many as a quota or the disk is exceeded by, the oldest first.

    With `unused_for` also all that nobody used for so long.
    """
    seen: set[int] = set()
    for shortage in room.excesses():
        freed = 0
        for file in cleaning.removable(shortage.group_id).iterator(1000):
            if freed >= shortage.missing_bytes:
                break
            freed += file.size_bytes or 0
            if file.pk not in seen:
                seen.add(file.pk)
                yield file
    if unused_for is not None:
        old = cleaning.removable().filter(last_used_at__lt=Now() - unused_for)
        yield from (file for file in old.iterator(1000) if file.pk not in seen)
