"""Owns the pictures that pages show: fetched once into the store, verified, for those who may read them.

Knows no rows: callers see to it that the archive named the URI. Asks the archive in `fetch`, and for rights.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from accounts.archive import today_mjd
from accounts.models import ArchiveToken
from mastportal.files import entitlement, fetching, store
from mastportal.files.fetching import Busy, StoreFull
from mastportal.files.models import StoredFile
from mastportal.mast.errors import ArchiveError, NotFound, Refused

ENDINGS = (".jpg", ".jpeg", ".png")
MOST_BYTES = 20_000_000
# What is here is shown at once, and compared with the archive's when it was not for so long.
COMPARED_AFTER = timedelta(days=1)
ASKED_S, REFUSED_S, FAILED_S = 60, 600, 120
_SIGNS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class Standing(StrEnum):
    """How a preview stands for one person."""

    READY = "ready"
    COMING = "coming"
    EXCLUSIVE = "exclusive"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Preview:
    """`file` is there when READY; `to_fetch`, the row a worker must be told of, is 0 where none need be.

    One that is READY may have to be fetched all the same: the archive may have made it anew.
    """

    standing: Standing
    file: StoredFile | None = None
    to_fetch: int = 0


def is_picture(uri: object) -> bool:
    """Whether a URI of the archive names a picture that a page can show."""
    return isinstance(uri, str) and uri.startswith("mast:") and uri.casefold().endswith(ENDINGS)


def look(user: User, uri: str, programme: str, release_mjd: float | None) -> Preview:
    """How the picture stands for `user`; one that must be fetched is marked as asked for.

    Raises Unavailable or TimedOut where the archive must be asked for a right and cannot be.
    """
    if not is_picture(uri):
        return Preview(Standing.NONE)
    held = fetching.held([uri]).get(uri)
    if held is not None and store.is_as_stored(held):
        return _held(user, held)
    if _is_exclusive(release_mjd) and not ArchiveToken.objects.filter(user=user).exists():
        return Preview(Standing.EXCLUSIVE)
    for who in (None, user):
        if known := cache.get(_key(uri, who)):
            return Preview(Standing(known))
    if not cache.add(_key(uri, user), Standing.COMING.value, ASKED_S):
        return Preview(Standing.COMING)
    return Preview(Standing.COMING, to_fetch=fetching.row_for(uri, programme, release_mjd).pk)


def fetch(file_id: int, user_id: int) -> None:
    """Bring a picture into the store, in a worker; what hinders it is remembered for a while."""
    row = StoredFile.objects.get(pk=file_id)
    user = User.objects.get(pk=user_id)
    try:
        fetching.obtain(
            row.data_uri, user=user, programme=row.programme, release_mjd=row.release_mjd, size_bytes=None
        )
    except Refused:
        cache.set(_key(row.data_uri, user), Standing.EXCLUSIVE.value, REFUSED_S)
    except NotFound:
        cache.set(_key(row.data_uri, None), Standing.NONE.value, REFUSED_S)
    except (ArchiveError, StoreFull):
        cache.set(_key(row.data_uri, None), Standing.NONE.value, FAILED_S)
    except Busy:
        pass
    else:
        cache.delete(_key(row.data_uri, user))


def type_of(file: StoredFile) -> str:
    """image/jpeg or image/png by the file's first bytes; empty for anything else, and when too large."""
    if not file.size_bytes or file.size_bytes > MOST_BYTES:
        return ""
    first = b"".join(store.read(file, 0, min(8, file.size_bytes)))
    return next((kind for sign, kind in _SIGNS.items() if first.startswith(sign)), "")


def _held(user: User, file: StoredFile) -> Preview:
    if not entitlement.may_have(user, file):
        return Preview(Standing.EXCLUSIVE)
    standing = Standing.READY if type_of(file) else Standing.NONE
    to_fetch = file.pk if _is_to_be_compared(file) else 0
    return Preview(standing, file if standing == Standing.READY else None, to_fetch)


def _is_to_be_compared(file: StoredFile) -> bool:
    """True for one of those who look, and then for nobody for a while."""
    seen_at = max(filter(None, (file.fetched_at, file.checked_at)), default=None)
    is_old = seen_at is None or seen_at < timezone.now() - COMPARED_AFTER
    return is_old and cache.add(f"preview-compared:{file.pk}", True, REFUSED_S)


def _is_exclusive(release_mjd: float | None) -> bool:
    return release_mjd is not None and release_mjd > today_mjd()


def _key(uri: str, user: User | None) -> str:
    return f"preview:{user.pk if user else 'anyone'}:{sha256(uri.encode()).hexdigest()}"
