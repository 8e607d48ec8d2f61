"""Owns a store that was put back or moved: its files are the same bytes at other places on the disk.

Asks nobody: what is missing is had anew by `verifying`, or when somebody wants it.
"""

from collections import Counter
from enum import StrEnum
from hashlib import sha256

from django.db.models import Q
from django.db.models.functions import Now

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.work import Phase

PIECE_BYTES = 1 << 20


class Seat(StrEnum):
    """What was found at a file's place."""

    THERE = "there"
    MISSING = "missing"
    OTHER = "other bytes"


def reseat() -> Counter[Seat]:
    """Hash every file that should be in the store and know it by its new place; how many are there.

    What has other bytes than it came with is taken out of the way.
    """
    came = Q(phase=Phase.COMPLETED) | Q(phase=Phase.ERROR) & ~Q(sha256="")
    counts: Counter[Seat] = Counter()
    for file in StoredFile.objects.filter(came).order_by("pk").iterator(1000):
        counts[_reseat(file)] += 1
    return counts


def _reseat(file: StoredFile) -> Seat:
    try:
        digest = _digest(file)
    except OSError:
        return Seat.MISSING
    if digest != file.sha256:
        store.quarantine(file.key)
        return Seat.OTHER
    sound = {"phase": Phase.COMPLETED, "error": "", "quarantined_at": None, "verified_at": Now()}
    StoredFile.objects.filter(pk=file.pk).update(**store.facts_of(file.key), **sound)
    return Seat.THERE


def _digest(file: StoredFile) -> str:
    digest = sha256()
    with store.path_of(file.key).open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
