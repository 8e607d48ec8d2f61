"""Owns the sealed tokens' rows: opens one for its person, seals all again. Asks the archive nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.access import Person, id_of
from accounts.models import ArchiveToken
from accounts.seal import Unreadable, open_seal, reseal
from mastportal.mast.connection import Credential

logger = logging.getLogger(__name__)
# A token in use is written down at most this often.
USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Opened:
    """A token, opened: `made_at` tells it from one that replaces it in the same row.

    `opened_at` lies before anything the archive is asked with it.
    """

    credential: Credential
    token_id: int
    made_at: datetime
    opened_at: datetime


def opened(user: Person) -> Opened | None:
    """The token of `user` and which one it is, or None where there is none that opens."""
    row = ArchiveToken.objects.filter(user_id=id_of(user)).first()
    if row is None:
        return None
    try:
        clear = open_seal(row.sealed, row.user_id)
    except Unreadable as reason:
        logger.error("the token of person %s cannot be used: %s", row.user_id, reason)
        return None
    _note_use(row)
    return Opened(clear, row.pk, row.created_at, timezone.now())


def credential(user: Person) -> Credential | None:
    """The token of `user` as the archive client takes it, or None where there is none that opens."""
    token = opened(user)
    return token.credential if token is not None else None


def _note_use(row: ArchiveToken) -> None:
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USE_NOTED_EVERY:
        ArchiveToken.objects.filter(pk=row.pk).update(last_used_at=now)


@transaction.atomic
def rotate() -> tuple[int, int]:
    """Seal every stored token again under the newest key; how many were, and how many did not open."""
    sealed_again = unreadable = 0
    for row in ArchiveToken.objects.select_for_update().order_by("pk"):
        try:
            row.sealed = reseal(row.sealed)
        except Unreadable as reason:
            logger.error("the token of person %s was left as it is: %s", row.user_id, reason)
            unreadable += 1
            continue
        row.save(update_fields=["sealed"])
        sealed_again += 1
    return sealed_again, unreadable
