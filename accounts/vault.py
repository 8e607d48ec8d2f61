"""Owns the sealed tokens' rows: opens one for its person, seals all again. Asks the archive nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.access import Person, id_of
from accounts.models import ArchiveToken, TokenState
from accounts.seal import Unreadable, open_seal, reseal
from mastportal.mast.connection import Credential

logger = logging.getLogger(__name__)
# A token in use is written down at most this often.
USE_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Opened:
    """A token, opened: `made_at` tells it from one that replaces it in the same row.

    `opened_at` lies before anything the archive is asked with it. `is_accepted` is what MAST said of it at
    `checked_at`.
    """

    credential: Credential
    token_id: int
    made_at: datetime
    opened_at: datetime
    checked_at: datetime
    last_used_at: datetime | None
    is_accepted: bool


def look_into(user: Person) -> Opened | None:
    """The token of `user` and which one it is, or None where there is none that opens. Looking is no use."""
    row = ArchiveToken.objects.filter(user_id=id_of(user)).first()
    return open_row(row) if row is not None else None


def open_row(row: ArchiveToken) -> Opened | None:
    """The token of a row, or None where it does not open for its person."""
    try:
        clear = open_seal(row.sealed, row.user_id)
    except Unreadable as reason:
        logger.error("the token of person %s cannot be used: %s", row.user_id, reason)
        return None
    return Opened(
        clear,
        row.pk,
        row.created_at,
        timezone.now(),
        row.checked_at,
        row.last_used_at,
        row.state == TokenState.VALID,
    )


def opened(user: Person) -> Opened | None:
    """`look_into`, to use it."""
    token = look_into(user)
    if token is not None:
        note_use(token)
    return token


def credential(user: Person) -> Credential | None:
    """The token of `user` as the archive client takes it, or None where there is none that opens."""
    token = opened(user)
    return token.credential if token is not None else None


def note_use(token: Opened) -> None:
    """It is handed out to be used: MAST counts its idle days from here."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        rows = ArchiveToken.objects.filter(pk=token.token_id, created_at=token.made_at)
        rows.update(last_used_at=now)


def rotate() -> tuple[int, int]:
    """Seal every stored token again under the newest key; how many were, and how many did not open.

    Each in a transaction of its own: people use and replace theirs meanwhile.
    """
    sealed_again = unreadable = 0
    for pk in ArchiveToken.objects.order_by("pk").values_list("pk", flat=True):
        try:
            sealed_again += _seal_again(pk)
        except Unreadable as reason:
            logger.error("token %s was left as it is: %s", pk, reason)
            unreadable += 1
    return sealed_again, unreadable


@transaction.atomic
def _seal_again(pk: int) -> int:
    row = ArchiveToken.objects.select_for_update().filter(pk=pk).first()
    if row is None:  # removed meanwhile
        return 0
    row.sealed = reseal(row.sealed)
    row.save(update_fields=["sealed"])
    return 1
