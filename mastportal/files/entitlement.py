"""Owns who may read restricted bytes: those whose own token the archive accepts for the programme, lately.

A right counts when, in the same check, the archive refuses the file to nobody in particular. Asks by HEAD.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models.functions import Now

from accounts import vault
from accounts.archive import archive, today_mjd
from accounts.models import ArchiveToken
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.mast import transfer
from mastportal.mast.connection import Credential

Reader = User | AnonymousUser


def may_read(user: Reader, file: StoredFile) -> bool:
    """Whether these bytes may be handed to `user` now.

    Raises Unavailable or TimedOut where the archive must be asked and cannot be.
    """
    if file.access == Access.PUBLIC:
        return True
    if isinstance(user, AnonymousUser):
        return False
    return _remembered(user, file.scope) or _ask(user, file)


def check_many(user: Reader, files: Iterable[StoredFile]) -> dict[int, bool]:
    """`may_read` of each file by its id, asking the archive about once a programme."""
    verdicts: dict[str, bool] = {}
    result = {}
    for file in files:
        if file.access == Access.PUBLIC:
            result[file.pk] = True
            continue
        if file.scope not in verdicts:
            readable = may_read(user, file)
            if not (readable and file.access == Access.PUBLIC):  # one that became public tells of itself only
                verdicts[file.scope] = readable
            result[file.pk] = readable
        else:
            result[file.pk] = verdicts[file.scope]
    return result


def publish_if_released(file: StoredFile) -> bool:
    """Ask anonymously for a restricted file whose release date has passed; whether it is public now.

    The date only says when to ask: exclusive periods are extended, too.
    """
    if file.access == Access.PUBLIC:
        return True
    if file.release_mjd is not None and file.release_mjd > today_mjd():
        return False
    return _is_public(file)


def remember(user: User, scope: str) -> None:
    """The archive has just given this person's token a file of this scope that nobody else gets."""
    token = ArchiveToken.objects.filter(user=user).first()
    if token is not None:
        ReadingRight.objects.update_or_create(
            token=token, scope=scope, defaults={"token_made_at": token.created_at, "checked_at": Now()}
        )


def _remembered(user: User, scope: str) -> bool:
    token = ArchiveToken.objects.filter(user=user).only("created_at").first()
    since = Now() - timedelta(seconds=settings.ENTITLEMENT_TTL_S)
    return (
        token is not None
        and ReadingRight.objects.filter(
            token=token, token_made_at=token.created_at, scope=scope, checked_at__gt=since
        ).exists()
    )


def _ask(user: User, file: StoredFile) -> bool:
    credential: Credential | None = vault.credential(user)
    if credential is None:
        return publish_if_released(file)
    if _is_public(file):
        return True
    allowed = transfer.may_fetch(archive(), file.data_uri, credential)
    if allowed:
        remember(user, file.scope)
    return allowed


def _is_public(file: StoredFile) -> bool:
    if not transfer.may_fetch(archive(), file.data_uri):
        return False
    file.access = Access.PUBLIC
    StoredFile.objects.filter(pk=file.pk).update(access=Access.PUBLIC)
    return True
