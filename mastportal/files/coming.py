"""Owns one claimed row of the store on its way from the archive to the disk: reserved, brought, finished."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from accounts import token_checks
from accounts.archive import archive, elsewhere, today_mjd
from accounts.vault import Opened
from mastportal.files import entitlement, room, store
from mastportal.files.facts import facts_at
from mastportal.files.hosts import hosts_for
from mastportal.files.lease import Lease
from mastportal.files.models import Access, Origin, StoredFile, programme_kept
from mastportal.files.room import StoreFull
from mastportal.files.versions import Told, moment
from mastportal.mast import transfer
from mastportal.mast.connection import Credential
from mastportal.mast.errors import ArchiveError, Refused
from mastportal.mast.transfer import Elsewhere, Transferred
from mastportal.work import Phase

NOTED_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A product that somebody wants: whose token may open it, and what lists and rows say of it.

    `group_id` is whose share of the store it takes; what was learnt of a stored copy since `asked_at` counts.
    """

    data_uri: str
    user: User | None
    programme: str
    release_mjd: float | None
    size_bytes: int | None
    heartbeat: Callable[[], None] | None = None
    told: Told | None = None
    group_id: int | None = None
    asked_at: datetime | None = None


class Coming:
    """One claimed row; `older` is the newest version that is here already."""

    def __init__(self, row: StoredFile, lease: Lease, wish: Wish, older: StoredFile | None) -> None:
        self._row, self._lease, self._wish, self._older = row, lease, wish, older
        self._listed_bytes = wish.size_bytes
        self._token: Opened | None = None
        self._noted_s = monotonic()
        row.programme, row.release_mjd = programme_kept(wish.programme), wish.release_mjd
        row.listed_size_bytes = wish.size_bytes
        row.told = wish.told.as_json() if wish.told is not None else {}
        row.group_id = row.group_id or wish.group_id
        row.save(update_fields=["programme", "release_mjd", "listed_size_bytes", "told", "group"])

    def run(self) -> StoredFile:
        """The stored file: the row itself, or the older version where the archive still has its bytes."""
        begun_s = monotonic()
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
        if self._older is not None and self._is_still(self._older, got):
            return StoredFile.objects.get(pk=self._older.pk)
        self._finish(got, monotonic() - begun_s)
        return StoredFile.objects.get(pk=self._row.pk)

    def _transfer(self) -> Transferred:
        """Anonymously first; with the person's own token only where that is refused."""
        try:
            return self._fetch(None)
        except Refused:
            self._token = token_checks.ready(self._wish.user) if self._wish.user is not None else None
            if self._token is None:
                raise
            return self._fetch_with(self._token)

    def _fetch_with(self, token: Opened) -> Transferred:
        """With the person's own token; where that is refused, what was remembered of it is over."""
        try:
            return self._fetch(token.credential)
        except Refused:
            entitlement.forget(token, {self._row.scope})
            raise

    def _fetch(self, credential: Credential | None) -> Transferred:
        told = self._wish.told
        return transfer.fetch(
            archive(),
            self._row.data_uri,
            store.place(self._lease.key),
            credential=credential,
            expected_size_bytes=self._listed_bytes,
            size_is_advice=True,
            expected_md5=told.md5 if told is not None and told.md5 else None,
            md5_applies=self._md5_is_meant,
            on_progress=self._note_progress,
            allowed_hosts=hosts_for(self._row.data_uri),
            sources=self._elsewhere(),
            known_public=self._was_public(),
        )

    def _was_public(self) -> bool:
        return self._older is not None and self._older.access == Access.PUBLIC

    def _elsewhere(self) -> list[Elsewhere]:
        """Other places for what nothing calls exclusive: neither a release date nor an older version."""
        moment_mjd = self._wish.release_mjd
        is_exclusive = moment_mjd is not None and moment_mjd > today_mjd()
        return [] if is_exclusive or (self._older is not None and not self._was_public()) else elsewhere()

    def _reserve(self, size_bytes: int, received_bytes: int = 0) -> None:
        room.reserve(self._row.pk, size_bytes, received_bytes)
        self._reserved_bytes = size_bytes

    def _note_progress(self, received_bytes: int) -> None:
        if received_bytes > self._reserved_bytes:
            self._reserve(room.with_margin(received_bytes), received_bytes)
        if monotonic() - self._noted_s > NOTED_EVERY_S:  # people watch it come
            self._noted_s = monotonic()
            self._lease.renew(received_bytes=received_bytes)
        else:
            self._lease.beat(received_bytes=received_bytes)
        if self._wish.heartbeat is not None:
            self._wish.heartbeat()

    def _md5_is_meant(self, copy: Path) -> bool:
        return self._wish.told is not None and self._wish.told.is_of(copy, self._row.name)

    def _is_still(self, older: StoredFile, got: Transferred) -> bool:
        """Whether what came is what was here, under another ETag or date: then no version is made of it."""
        if older.sha256 != got.sha256 or not store.is_as_stored(older):
            return False
        with transaction.atomic():
            self._lease.renew()
            kept = StoredFile.objects.filter(pk=older.pk, phase=Phase.COMPLETED).update(
                last_used_at=Now(), **(self._looked_at(older, got) if got.origin == Origin.ARCHIVE else {})
            )
            if kept:
                StoredFile.objects.filter(pk=self._row.pk).delete()
                store.remove(self._lease.key)
        self._note_right(got)
        return bool(kept)

    def _looked_at(self, older: StoredFile, got: Transferred) -> dict[str, object]:
        """What is known of it now; a copy from elsewhere would tell nothing of what the archive has."""
        return {
            "checked_at": Now(),
            "listed_size_bytes": self._row.listed_size_bytes or older.listed_size_bytes,
            "told": self._row.told or older.told,
            **self._as_announced(got),
        }

    def _finish(self, got: Transferred, took_s: float) -> None:
        facts = facts_at(store.path_of(self._lease.key), self._row.name)
        self._lease.finish(
            **store.facts_of(self._lease.key),
            crc32=got.crc32,
            sha256=got.sha256,
            header_date=facts.date[:40],
            cal_ver=facts.cal_ver,
            crds_ctx=facts.crds_ctx,
            received_bytes=got.size_bytes,
            fetch_s=took_s,
            origin=got.origin,
            **self._as_announced(got),
        )
        self._note_right(got)

    def _as_announced(self, got: Transferred) -> dict[str, object]:
        """What the archive said with the bytes."""
        told_md5 = self._wish.told.md5 if self._wish.told is not None else ""
        said = {"etag": got.etag, "last_modified": moment(got.last_modified)}
        return {
            "access": Access.PUBLIC if got.was_public else Access.RESTRICTED,
            "archive_md5": got.md5 if got.md5 == told_md5 else "",
            **(said if got.origin == Origin.ARCHIVE else {}),
        }

    def _note_right(self, got: Transferred) -> None:
        """It came by a token, after nobody in particular had been refused."""
        if not got.was_public and self._token is not None:
            entitlement.withdraw(self._row.data_uri)
            entitlement.remember(self._token, {self._row.scope})
