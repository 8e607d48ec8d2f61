"""Owns what keeps stored files from being removed: each app above names its own rows that need them.

Imports none of those apps: they register when Django starts.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.db.models import Exists, QuerySet
from django.db.models.functions import Now

from mastportal.files import together
from mastportal.files.models import StoredFile

# Who took a file from the store has so long to write down that it is needed.
GRACE_S = 60


class Need(Protocol):
    """Some rows of an app that need stored files."""

    def rows(self) -> Iterable[QuerySet[Any]]:
        """Queries that refer to a StoredFile as the outer row: each row found needs that file."""

    def people(self, file: StoredFile) -> Iterable[User]:
        """Whose tokens may be used to fetch the file anew."""

    def tell_lost(self, file: StoredFile, sentence: str) -> None:
        """The file cannot be had again as it was."""


_NEEDS: list[Need] = []


def register(need: Need) -> None:
    _NEEDS.append(need)


def unneeded(files: QuerySet[StoredFile]) -> QuerySet[StoredFile]:
    """Those of `files` that no row of any app needs and that nobody used just now."""
    unused = files.filter(last_used_at__lt=Now() - timedelta(seconds=GRACE_S))
    return unused.filter(*[~Exists(rows) for need in _NEEDS for rows in need.rows()])


def is_needed(file: StoredFile) -> bool:
    this = StoredFile.objects.filter(pk=file.pk)
    return any(this.filter(Exists(rows)).exists() for need in _NEEDS for rows in need.rows())


def people(file: StoredFile) -> list[User]:
    """Whose tokens may be used to fetch the file anew, each person once."""
    found = (person for need in _NEEDS for person in need.people(file))
    return list({person.pk: person for person in found}.values())


def tell_lost(file: StoredFile, sentence: str) -> None:
    for need in _NEEDS:
        need.tell_lost(file, sentence)


def keep_for_now(ids: Iterable[int]) -> set[int]:
    """Note files as used, so that none goes before it is written down who needs it; those still here."""
    return together.change(ids, last_used_at=Now())
