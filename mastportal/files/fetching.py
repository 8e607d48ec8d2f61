"""Owns how a product gets into the store: once, however many want it, in the version the archive has."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User

from mastportal.files import entitlement, freshness, needs, store
from mastportal.files.coming import Coming, Wish
from mastportal.files.freshness import Question
from mastportal.files.lease import Lease, LeaseLost
from mastportal.files.models import Access, Origin, StoredFile, programme_kept
from mastportal.files.room import StoreFull
from mastportal.files.versions import Told
from mastportal.mast.errors import Refused
from mastportal.work import Phase

__all__ = ["Busy", "StoreFull", "held", "obtain", "row_for"]
URIS_AT_ONCE = 5000
BUSY_S = 2.0


class Busy(Exception):
    """Another worker is fetching this file right now; look again after `retry_after_s`."""

    def __init__(self, retry_after_s: float = BUSY_S) -> None:
        super().__init__("This file is just being fetched.")
        self.retry_after_s = retry_after_s


def held(uris: Iterable[str]) -> dict[str, StoredFile]:
    """The newest stored version of each of these products that are in the store, public or not."""
    wanted = list(uris)
    found = {}
    for at in range(0, len(wanted), URIS_AT_ONCE):
        newest = (
            StoredFile.objects.filter(data_uri__in=wanted[at : at + URIS_AT_ONCE], phase=Phase.COMPLETED)
            .order_by("data_uri", "-version")
            .distinct("data_uri")
        )
        found.update({file.data_uri: file for file in newest})
    return found


def obtain(
    data_uri: str,
    *,
    user: User | None,
    programme: str,
    release_mjd: float | None,
    size_bytes: int | None,
    heartbeat: Callable[[], None] | None = None,
    told: Told | None = None,
    group_id: int | None = None,
    asked_at: datetime | None = None,
) -> StoredFile:
    """The product from the store, else from the archive into the store; readable by `user`.

    Callers see to it that the URI was listed by the archive. `heartbeat` is called with every piece that
    comes; `told` is what a keyword row says; `group_id` is whose share of the store a file takes that was not
    asked for before; `asked_at` is when the person asked, what was learnt since of a stored file counts.
    Raises Busy while another fetches it, StoreFull, and the archive's errors: Refused where it is exclusive
    and the person's own token does not open it. Not to be called inside a transaction.
    """
    wish = Wish(data_uri, user, programme, release_mjd, size_bytes, heartbeat, told, group_id, asked_at)
    newest = StoredFile.objects.filter(data_uri=data_uri).order_by("-version").first()
    if newest is not None and newest.phase == Phase.COMPLETED and _is_current(newest, wish):
        return _handed_out(newest, user, release_mjd)
    row = _row_to_fill(data_uri, newest)
    lease = Lease.claim(row.pk)
    if lease is None:
        raise Busy
    older = held([data_uri]).get(data_uri)
    try:
        if older is not None and _was_looked_at(older, newest):
            lease.drop()
            return _handed_out(older, user, release_mjd)
        came = Coming(row, lease, wish, older).run()
    except LeaseLost:
        store.remove(lease.key)
        raise Busy from None
    # Bytes from elsewhere open no door: whose they are is for the archive to say.
    is_open = came.access == Access.PUBLIC or came.origin == Origin.ARCHIVE
    return came if is_open else _handed_out(came, user, release_mjd)


def _is_current(stored: StoredFile, wish: Wish) -> bool:
    """Whether the stored version is what the archive has now, or that cannot be learnt."""
    try:
        store.check(stored)
    except store.StoredFileChanged as error:
        there = StoredFile.objects.filter(pk=stored.pk, phase=Phase.COMPLETED)
        there.update(phase=Phase.ERROR, error=str(error))
        return False
    question = Question(stored, wish.told, wish.size_bytes)
    return freshness.current([question], asked_at=wish.asked_at, user=wish.user)[stored.pk] is not False


def _was_looked_at(older: StoredFile, newest: StoredFile | None) -> bool:
    """Whether another, since we looked at `newest`, fetched it anew and found it to be the same."""
    return newest is not None and older.pk == newest.pk and older.checked_at != newest.checked_at


def _handed_out(stored: StoredFile, user: User | None, release_mjd: float | None) -> StoredFile:
    stored.release_mjd = stored.release_mjd if release_mjd is None else release_mjd
    if not entitlement.may_have(user or AnonymousUser(), stored):
        raise Refused(f"{stored.name} is exclusive, and the archive does not give it to your token.")
    if not needs.keep_for_now([stored.pk]):
        raise Busy(0)  # it has just been removed to make room
    StoredFile.objects.filter(pk=stored.pk).update(release_mjd=stored.release_mjd)
    return stored


def row_for(data_uri: str, programme: str, release_mjd: float | None) -> StoredFile:
    """The row of a product that is to be fetched soon, noting what the archive said of it."""
    newest = StoredFile.objects.filter(data_uri=data_uri).order_by("-version").first()
    row = _row_to_fill(data_uri, newest)
    facts = {"programme": programme_kept(programme), "release_mjd": release_mjd}
    StoredFile.objects.filter(pk=row.pk).update(**facts)
    return row


def _row_to_fill(data_uri: str, newest: StoredFile | None) -> StoredFile:
    """The row that waits to be filled, or a new version's. One that was ever filled is never used again."""
    if newest is not None and not newest.sha256:
        return newest
    version = newest.version + 1 if newest is not None else 1
    row, _ = StoredFile.objects.get_or_create(
        data_uri=data_uri, version=version, defaults={"key": uuid.uuid4().hex}
    )
    return row
