"""Owns API keys: made at random, shown once, kept as a hash, found again by it until they end.

A key opens what its person may open, or with the scope `read` only what looks and changes nothing.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.access import Person, id_of
from accounts.models import ApiToken, Scope
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery

PREFIX = "mpk_"
SECRET_BYTES = 32
SHOWN_LETTERS = 8
USE_NOTED_EVERY = timedelta(minutes=1)
# Of one person: a script that makes a key each night is noticed.
KEYS_MOST = 100


class Expired(Exception):
    """A key whose time is over; `ended_at` says since when."""

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(f"This API key ended on {ended_at:%Y-%m-%d %H:%M} UTC; make a new one.")


def _digest(key: str) -> str:
    # The key is 256 random bits: a plain hash cannot be guessed backwards, and is quick on each request.
    return hashlib.sha256(key.encode()).hexdigest()


@sensitive_variables("key")
def make(
    user: Person,
    name: str,
    *,
    scope: str = Scope.WRITE,
    expires_at: datetime | None = None,
    made_with: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new key of `user`: its row, and the key itself, which cannot be shown again.

    One that is `made_with` another ends with it at the latest. Raises BadQuery for an end that is past,
    Conflict when they have very many.
    """
    if made_with is not None and made_with.expires_at is not None:
        expires_at = min(expires_at or made_with.expires_at, made_with.expires_at)
    if expires_at is not None and expires_at <= timezone.now():
        raise BadQuery("A key ends in the future, or never.", "expires_at")
    if of(user).count() >= KEYS_MOST:
        raise Conflict(f"You have {KEYS_MOST} keys; remove those that nothing uses any more.")
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken.objects.create(
        user_id=id_of(user),
        name=name,
        prefix=key[:SHOWN_LETTERS],
        digest=_digest(key),
        scope=scope,
        expires_at=expires_at,
    )
    audit.note(audit.Event.KEY_MADE, user, subject=row.prefix, scope=str(scope), ends=_day(expires_at))
    return row, key


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


@sensitive_variables("key")
def opened(key: str) -> ApiToken | None:
    """The row of a key, with its person; None for an unknown one or a person who may not sign in.

    Raises Expired.
    """
    if not key.startswith(PREFIX):
        return None
    try:
        row = ApiToken.objects.select_related("user").get(digest=_digest(key))
    except ApiToken.DoesNotExist:
        return None
    if not row.user.is_active:
        return None
    if has_ended(row):
        raise Expired(row.expires_at or timezone.now())
    _note_use(row)
    return row


def owner_of(key: str) -> User | None:
    """Whose key this is; None where `opened` finds none. Raises Expired."""
    row = opened(key)
    return row.user if row is not None else None


def has_ended(row: ApiToken) -> bool:
    return row.expires_at is not None and row.expires_at <= timezone.now()


def _note_use(row: ApiToken) -> None:
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)


def of(user: Person) -> QuerySet[ApiToken]:
    """The keys of `user`, newest first."""
    return ApiToken.objects.filter(user_id=id_of(user))


def remove(user: Person, key_id: int) -> bool:
    """Revoke one key of `user`; whether they had it."""
    row = of(user).filter(pk=key_id).first()
    if row is None:
        return False
    row.delete()
    audit.note(audit.Event.KEY_REMOVED, user, subject=row.prefix)
    return True
