"""Owns the audit: what concerned rights, written once, by ids that only profiles resolve."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.access import Person, id_of
from accounts.models import AuditEntry, Profile

PRUNED_AT_ONCE = 10_000


class Event(StrEnum):
    """What is written down."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    LOCKED_OUT = "locked-out"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    SIGN_ON_CONNECTED = "sign-on-connected"
    SIGN_ON_REMOVED = "sign-on-removed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    ADDRESS_CHANGED = "address-changed"
    TOKEN_STORED = "token-stored"  # noqa: S105
    TOKEN_REFUSED = "token-refused"  # noqa: S105
    TOKEN_REMOVED = "token-removed"  # noqa: S105
    KEY_MADE = "key-made"
    KEY_REMOVED = "key-removed"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    JOINED = "joined"
    ROLE_CHANGED = "role-changed"
    RANK_CHANGED = "rank-changed"
    LEFT = "left"
    RIGHT_GRANTED = "right-granted"
    RIGHT_REFUSED = "right-refused"
    BYTES_SERVED = "restricted-bytes-served"
    PERSON_REMOVED = "person-removed"


def note(
    event: Event,
    by: Person | None,
    *,
    person: Person | None = None,
    group_id: int | None = None,
    subject: str = "",
    **facts: object,
) -> None:
    """Write down that `by` did something, to `person` (themselves unless said).

    `subject` is what it was about (a programme, a key's first letters), never a secret, never a name.
    """
    _write(event, by, person or by, group_id, subject, facts)


def _write(
    event: Event,
    by: Person | None,
    person: Person | None,
    group_id: int | None,
    subject: str,
    facts: Mapping[str, object],
) -> None:
    AuditEntry.objects.create(
        event=event,
        by=_audit_id(by),
        person=_audit_id(person),
        group_id=group_id,
        subject=subject[:300],
        facts=dict(facts),
    )


def note_change(
    event: Event, by: Person, *, among: Collection[Event], subject: str, for_s: float, **facts: object
) -> None:
    """`note`, unless the newest entry `among` these about the subject says the very same, and lately.

    For what is found again and again: a right is noted when it is learnt, not with each file it opens.
    """
    lately = AuditEntry.objects.filter(
        person=_audit_id(by),
        subject=subject[:300],
        event__in=among,
        at__gt=Now() - timedelta(seconds=for_s),
    ).first()
    if lately is None or lately.event != event or lately.facts != facts:
        _write(event, by, by, None, subject, facts)


def prune(before: datetime) -> int:
    """Remove the entries older than `before`, the one thing that may remove any; how many went."""
    removed = 0
    while ids := list(AuditEntry.objects.filter(at__lt=before).values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL portal.audit_retention = 'on'")
            gone, _ = AuditEntry.objects.filter(pk__in=ids).delete()
            cursor.execute("SET LOCAL portal.audit_retention = 'off'")
        removed += gone
    return removed


def _audit_id(person: Person | None) -> UUID | None:
    if person is None or not id_of(person):
        return None
    profile, _ = Profile.objects.get_or_create(user_id=id_of(person))
    return profile.audit_id
