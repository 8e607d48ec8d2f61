"""Owns what the audit is told of rights to restricted files, and of their bytes that left. Asks nobody."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError

from accounts import audit
from accounts.audit import Event
from mastportal.files.store import give_back_connection

logger = logging.getLogger(__name__)
OF_RIGHTS = (Event.RIGHT_GRANTED, Event.RIGHT_REFUSED)
MOST_SCOPES = 100


def learnt(event: Event, person: User, token_made_at: datetime, scopes: Iterable[str]) -> None:
    """The archive was asked about these scopes with this token of the person, and granted or refused them.

    Each time it is said anew, once: what is known already, and not too old to count, is no news.
    """
    told = {"token_made_at": token_made_at.isoformat()}
    for scope in sorted(scopes):
        audit.note_change(
            event, person, among=OF_RIGHTS, subject=scope, for_s=settings.ENTITLEMENT_TTL_S, **told
        )


def served(
    user: User | AnonymousUser, subject: str, scopes: Iterable[str], size_bytes: int, group_id: int | None
) -> None:
    """One answer with restricted files of these scopes has ended: so many bytes of it left, in all.

    Gives the database connection back. Where it cannot be noted the log keeps it: the bytes are gone.
    """
    programmes = sorted(scopes)[:MOST_SCOPES]
    try:
        audit.note(
            Event.BYTES_SERVED,
            user,
            group_id=group_id,
            subject=subject,
            bytes=size_bytes,
            programmes=programmes,
        )
    except DatabaseError:
        logger.exception("not in the audit: person %s took %d bytes of %s", user.pk, size_bytes, subject)
    finally:
        give_back_connection()
