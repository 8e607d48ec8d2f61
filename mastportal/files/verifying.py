"""Owns whether stored bytes are still what was stored: hashed again, set aside where they rotted, had anew.

What comes anew takes the old one's place only with the same SHA-256; else those who need it are told.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import cast

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from mastportal.files import fetching, needs, store
from mastportal.files.models import StoredFile
from mastportal.files.room import StoreFull
from mastportal.mast.errors import ArchiveError, NotFound, Refused
from mastportal.work import Phase

FILES_AT_ONCE = 100


class Outcome(StrEnum):
    """What became of a file that was looked at."""

    SOUND = "sound"
    REPLACED = "rotted, fetched anew"
    SET_ASIDE = "rotted, nobody needs it"
    LEFT_ASIDE = "set aside before, nobody needs it"
    TO_FETCH = "rotted, to be fetched anew"
    LOST = "rotted, lost"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file after it was looked at; `why` says what was wrong, empty where nothing was."""

    file: StoredFile
    outcome: Outcome
    why: str = ""


def verify(most_bytes: int | None = None, most_s: float | None = None) -> Iterator[Checked]:
    """Hash stored files again, those not looked at for longest first, each once; ends at a limit.

    Stopped at any point, the next one goes on from there.
    """
    began, deadline = _database_time(), time.monotonic() + most_s if most_s is not None else None
    left = most_bytes
    while files := list(_unseen_since(began)[:FILES_AT_ONCE]):
        for file in files:
            if (left is not None and left <= 0) or (deadline is not None and time.monotonic() >= deadline):
                return
            if (checked := _check(file)) is not None:
                yield checked
            left = None if left is None else left - (file.size_bytes or 0)


def _database_time() -> datetime:
    """What the rows are dated by; this machine's clock may be another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cast(datetime, cursor.fetchone()[0])


def _unseen_since(when: datetime) -> QuerySet[StoredFile]:
    """What should be in the store: files that came whole, also those that were found changed meanwhile."""
    there = Q(phase=Phase.COMPLETED) | Q(phase=Phase.ERROR) & ~Q(sha256="")
    seen_at = Coalesce("verified_at", "fetched_at", "created_at")
    files = StoredFile.objects.filter(there).alias(seen_at=seen_at)
    return files.filter(seen_at__lt=when).order_by("seen_at", "pk")


def _check(file: StoredFile) -> Checked | None:
    """None where the file went away meanwhile."""
    why = _what_is_wrong(file)
    if not why:
        sound = _still_there(file).update(verified_at=Now(), **_SOUND)
        return Checked(file, Outcome.SOUND) if sound else None
    was_aside = file.quarantined_at is not None
    if not _mark(file, why):
        return None
    moved = store.quarantine(file.key)
    if needs.is_needed(file):
        return _fetch_anew(file, why)
    outcome = Outcome.LEFT_ASIDE if was_aside and not moved else Outcome.SET_ASIDE
    return Checked(file, outcome, why)


_SOUND = {"phase": Phase.COMPLETED, "error": "", "quarantined_at": None}


def _still_there(file: StoredFile) -> QuerySet[StoredFile]:
    """Its row, unless it was removed to make room, or is another's by now."""
    return StoredFile.objects.filter(pk=file.pk, key=file.key, phase__in=[Phase.COMPLETED, Phase.ERROR])


def _what_is_wrong(file: StoredFile) -> str:
    """A sentence, or empty for a file that reads and has the SHA-256 it came with."""
    digest = sha256()
    try:
        for piece in store.read(file, 0, file.size_bytes or 0):
            digest.update(piece)
    except store.StoredFileChanged as error:
        return str(error)
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})."
    return "" if digest.hexdigest() == file.sha256 else f"{file} has rotted: its bytes have another SHA-256."


def _mark(file: StoredFile, why: str) -> bool:
    """The row says so first; the bytes left at a crash in between are moved by the next one."""
    since = Coalesce("quarantined_at", Now())
    lost = {"phase": Phase.ERROR, "error": why, "verified_at": Now(), "quarantined_at": since}
    return bool(_still_there(file).update(**lost))


def _fetch_anew(file: StoredFile, why: str) -> Checked:
    try:
        new = _obtain(file)
    except (Refused, NotFound) as error:
        return _lost(file, why, str(error))
    except (ArchiveError, StoreFull, fetching.Busy) as error:
        return Checked(file, Outcome.TO_FETCH, f"{why} {error}")
    if new.sha256 != file.sha256:
        return _lost(file, why, "The archive has another version now.")
    store.share(new.key, file.key)
    facts = store.facts_of(file.key) | {"verified_at": Now(), "fetched_at": Now(), "linked": False}
    StoredFile.objects.filter(pk=file.pk).update(**facts, **_SOUND)
    return Checked(file, Outcome.REPLACED, why)


def _obtain(file: StoredFile) -> StoredFile:
    """The product as the archive has it now, asked for nobody in particular, else for those who need it."""
    whose: list[User | None] = [None, *needs.people(file)]
    refused: Refused | None = None
    for person in whose:
        try:
            return fetching.obtain(
                file.data_uri,
                user=person,
                programme=file.programme,
                release_mjd=file.release_mjd,
                size_bytes=None,
                group_id=file.group_id,
            )
        except Refused as error:
            refused = error
    assert refused is not None
    raise refused


def _lost(file: StoredFile, why: str, because: str) -> Checked:
    sentence = f"{file.name} is lost: its bytes here were damaged, and it cannot be had again. {because}"
    StoredFile.objects.filter(pk=file.pk).update(error=sentence)
    needs.tell_lost(file, sentence)
    return Checked(file, Outcome.LOST, f"{why} {because}")
