"""Owns API keys: made at random, shown once, kept as a hash, found again by it. Decides nobody's rights."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.access import Person, id_of
from accounts.models import ApiToken

PREFIX = "mpk_"
SECRET_BYTES = 32
SHOWN_LETTERS = 8
USE_NOTED_EVERY = timedelta(minutes=1)


def _digest(key: str) -> str:
    # The key is 256 random bits: a plain hash cannot be guessed backwards, and is quick on each request.
    return hashlib.sha256(key.encode()).hexdigest()


@sensitive_variables("key")
def make(user: Person, name: str) -> tuple[ApiToken, str]:
    """A new key of `user`: its row, and the key itself, which cannot be shown again."""
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken.objects.create(
        user_id=id_of(user), name=name, prefix=key[:SHOWN_LETTERS], digest=_digest(key)
    )
    return row, key


@sensitive_variables("key")
def owner_of(key: str) -> User | None:
    """Whose key this is; None for an unknown key or a person who may no longer sign in."""
    if not key.startswith(PREFIX):
        return None
    row = ApiToken.objects.select_related("user").filter(digest=_digest(key)).first()
    if row is None or not row.user.is_active:
        return None
    _note_use(row)
    return row.user


def _note_use(row: ApiToken) -> None:
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)


def of(user: Person) -> QuerySet[ApiToken]:
    """The keys of `user`, newest first."""
    return ApiToken.objects.filter(user_id=id_of(user))


def remove(user: Person, key_id: int) -> bool:
    """Revoke one key of `user`; whether they had it."""
    removed, _ = ApiToken.objects.filter(user_id=id_of(user), pk=key_id).delete()
    return removed > 0
