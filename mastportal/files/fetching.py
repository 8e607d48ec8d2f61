"""Owns how a product gets into the store: once, however many want it, in the version the archive has."""

import errno
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models.functions import Now

from accounts import vault
from accounts.archive import archive
from mastportal.files import entitlement, needs, room, store
from mastportal.files.lease import Lease, LeaseLost
from mastportal.files.models import Access, StoredFile
from mastportal.files.room import StoreFull
from mastportal.mast import transfer
from mastportal.mast.connection import Credential
from mastportal.mast.errors import ArchiveError, Refused
from mastportal.mast.transfer import Transferred
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
    group_id: int | None = None,
) -> StoredFile:
    """The product from the store, else from the archive into the store; readable by `user`.

    Callers see to it that the URI was listed by the archive. `heartbeat` is called with every piece that
    comes; `group_id` is whose share of the store a file takes that was not asked for before. Raises Busy while another fetches it, StoreFull, and the archive's errors: Refused where it is
    exclusive and the person's own token does not open it. Not to be called inside a transaction.
    """
    newest = StoredFile.objects.filter(data_uri=data_uri).order_by("-version").first()
    if newest is not None and newest.phase == Phase.COMPLETED and _is_current(newest, size_bytes):
        return _handed_out(newest, user, release_mjd)
    row = _row_to_fill(data_uri, newest)
    lease = Lease.claim(row.pk)
    if lease is None:
        raise Busy
    try:
        return _Filling(row, lease, user, programme, release_mjd, size_bytes, heartbeat, group_id).run()
    except LeaseLost:
        store.remove(lease.key)
        raise Busy from None


def _is_current(stored: StoredFile, listed_size_bytes: int | None) -> bool:
    """Whether the stored version is what the archive has now, as far as the product list tells.

    A size seen before counts as agreement even where the archive's own length was another: lists lag behind.
    """
    if listed_size_bytes not in (None, stored.size_bytes, stored.listed_size_bytes):
        return False
    try:
        store.check(stored)
    except store.StoredFileChanged as error:
        StoredFile.objects.filter(pk=stored.pk).update(phase=Phase.ERROR, error=str(error))
        return False
    return True


def _handed_out(stored: StoredFile, user: User | None, release_mjd: float | None) -> StoredFile:
    stored.release_mjd = stored.release_mjd if release_mjd is None else release_mjd
    readable = entitlement.publish_if_released(stored) or (
        user is not None and entitlement.may_read(user, stored)
    )
    if not readable:
        raise Refused(f"{stored.name} is exclusive, and the archive does not give it to your token.")
    if not needs.keep_for_now([stored.pk]):
        raise Busy(0)  # it has just been removed to make room
    StoredFile.objects.filter(pk=stored.pk).update(release_mjd=stored.release_mjd)
    return stored


def row_for(data_uri: str, programme: str, release_mjd: float | None) -> StoredFile:
    """The row of a product that is to be fetched soon, noting what the archive said of it."""
    newest = StoredFile.objects.filter(data_uri=data_uri).order_by("-version").first()
    row = _row_to_fill(data_uri, newest)
    StoredFile.objects.filter(pk=row.pk).update(programme=programme[:40], release_mjd=release_mjd)
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


class _Filling:
    """One claimed row on its way from the archive to the disk."""

    def __init__(
        self,
        row: StoredFile,
        lease: Lease,
        user: User | None,
        programme: str,
        release_mjd: float | None,
        size_bytes: int | None,
        heartbeat: Callable[[], None] | None,
        group_id: int | None,
    ) -> None:
        self._row, self._lease, self._user, self._heartbeat = row, lease, user, heartbeat
        self._listed_bytes = size_bytes
        row.programme, row.release_mjd, row.listed_size_bytes = programme, release_mjd, size_bytes
        row.group_id = row.group_id or group_id
        row.save(update_fields=["programme", "release_mjd", "listed_size_bytes", "group"])

    def run(self) -> StoredFile:
        try:
            self._reserve(self._listed_bytes or room.with_margin(0))
            got = self._transfer()
        except (ArchiveError, StoreFull) as error:
            self._lease.fail(str(error))
            raise
        except OSError as error:
            full = StoreFull(room.disk_full())
            self._lease.fail(str(full if error.errno in (errno.ENOSPC, errno.EDQUOT) else error))
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise full from error
            raise
        self._finish(got)
        return StoredFile.objects.get(pk=self._row.pk)

    def _transfer(self) -> Transferred:
        """Anonymously first; with the person's own token only where that is refused."""
        try:
            return self._fetch(None)
        except Refused:
            credential = vault.credential(self._user) if self._user is not None else None
            if credential is None:
                raise
            return self._fetch(credential)

    def _fetch(self, credential: Credential | None) -> Transferred:
        return transfer.fetch(
            archive(),
            self._row.data_uri,
            store.place(self._lease.key),
            credential=credential,
            expected_size_bytes=self._listed_bytes,
            size_is_advice=True,
            on_progress=self._note_progress,
            allowed_hosts=settings.ALLOWED_DATA_HOSTS,
        )

    def _reserve(self, size_bytes: int, received_bytes: int = 0) -> None:
        room.reserve(self._row.pk, size_bytes, received_bytes)
        self._reserved_bytes = size_bytes

    def _note_progress(self, received_bytes: int) -> None:
        if received_bytes > self._reserved_bytes:
            self._reserve(room.with_margin(received_bytes), received_bytes)
        self._lease.beat(received_bytes=received_bytes)
        if self._heartbeat is not None:
            self._heartbeat()

    def _finish(self, got: Transferred) -> None:
        self._lease.finish(
            **store.facts_of(self._lease.key),
            access=Access.PUBLIC if got.was_public else Access.RESTRICTED,
            crc32=got.crc32,
            sha256=got.sha256,
            etag=got.etag,
            last_modified=_moment(got.last_modified),
            received_bytes=got.size_bytes,
        )
        if not got.was_public and self._user is not None:
            entitlement.remember(self._user, self._row.scope)


def _moment(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo else None
