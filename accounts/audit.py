"""Owns the audit: what concerned rights, written once, by ids that only profiles resolve."""

from enum import StrEnum
from uuid import UUID

from accounts.access import Person, id_of
from accounts.models import AuditEntry, Profile


class Event(StrEnum):
    """What is written down."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    LOCKED_OUT = "locked-out"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    TOKEN_STORED = "token-stored"  # noqa: S105
    TOKEN_REFUSED = "token-refused"  # noqa: S105
    TOKEN_REMOVED = "token-removed"  # noqa: S105
    KEY_MADE = "key-made"
    KEY_REMOVED = "key-removed"
    INVITED = "invited"
    JOINED = "joined"
    ROLE_CHANGED = "role-changed"
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
    AuditEntry.objects.create(
        event=event,
        by=_audit_id(by),
        person=_audit_id(person or by),
        group_id=group_id,
        subject=subject[:300],
        facts=facts,
    )


def _audit_id(person: Person | None) -> UUID | None:
    if person is None or not id_of(person):
        return None
    profile, _ = Profile.objects.get_or_create(user_id=id_of(person))
    return profile.audit_id
