"""Owns how the files of a bundle come in: which are queued, each one's claim, what became of it.

A file that fails is a line in the manifest with its reason and spoils nothing else. Never enqueues.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.refusal import refusal
from basket import giving_way, pausing
from basket.changes import told_of
from basket.models import Bundle, BundleFile
from basket.phases import Access, Phase, Status
from mastportal.files import fetching, freshness, needs, store
from mastportal.files.freshness import Question
from mastportal.files.models import StoredFile
from mastportal.files.room import StoreFull
from mastportal.mast.errors import ArchiveError, ArchiveRests, AskedToWait, Crowded, NotFound, Refused
from mastportal.work import SERVICE_IS_AWAY, UNFINISHED, Lease, LeaseLost, due

logger = logging.getLogger(__name__)
URIS_AT_ONCE = 5000
TRIES = 2
RETRY_S = 5.0
LONGEST_WAIT_S = 1800.0
RESTS = "The archive does not send files at the moment; the portal tries again about every {every_s:g} s."
BROKE = "Something broke here while this file was fetched; the administrator's log says what."


@dataclass(frozen=True, slots=True)
class Turn:
    """What one go at a file led to: nothing to do, settled, or to be tried again after a while."""

    bundle_id: UUID | None = None
    again_after_s: float | None = None


def window() -> int:
    """How many files of one bundle are queued at once, so that bundles take turns."""
    return 2 * settings.FETCH_CONNECTIONS


def take_what_is_here(bundle_id: UUID) -> int:
    """Settle the public files that are in the store already, without a task each; how many those are."""
    waiting = BundleFile.objects.filter(bundle_id=bundle_id, phase=Phase.PENDING)
    files = list(waiting.values_list("pk", "data_uri", "expected_bytes"))
    asked_at = Bundle.objects.values_list("created_at", flat=True).filter(pk=bundle_id).first()
    parts = [files[at : at + URIS_AT_ONCE] for at in range(0, len(files), URIS_AT_ONCE)]
    return sum(_take(part, _current(part, asked_at)) for part in parts)


def _current(files: list[tuple[int, str, int | None]], asked_at: datetime | None) -> dict[str, StoredFile]:
    """Those here and public as the archive has them now. Anything else is left to `obtain`."""
    uris = [uri for _, uri, _ in files]
    held, told = fetching.held(uris), told_of(uris)
    questions = [
        Question(held[uri], told.get(uri), listed_bytes)
        for _, uri, listed_bytes in files
        if uri in held and held[uri].access == Access.PUBLIC and store.is_as_stored(held[uri])
    ]
    known = freshness.current(questions, asked_at=asked_at)
    return {each.file.data_uri: each.file for each in questions if known[each.file.pk]}


@transaction.atomic
def _take(files: list[tuple[int, str, int | None]], current: dict[str, StoredFile]) -> int:
    """Those that nobody has taken up meanwhile: asking took its time, and the sweep goes on with the rest."""
    kept = needs.keep_for_now(stored.pk for stored in current.values())
    here = {pk: current[uri] for pk, uri, _ in files if uri in current and current[uri].pk in kept}
    waiting = BundleFile.objects.filter(pk__in=here, phase=Phase.PENDING).order_by("pk")
    rows = [
        BundleFile(pk=pk, was_here=True, phase=Phase.COMPLETED, **_settled(here[pk]))
        for pk in waiting.select_for_update(no_key=True).values_list("pk", flat=True)
    ]
    columns = ["stored_file", "size_bytes", "sha256", "access", "status", "facts", "phase", "was_here"]
    BundleFile.objects.bulk_update(rows, columns, batch_size=1000)
    return len(rows)


def _settled(stored: StoredFile) -> dict[str, Any]:
    return {
        "stored_file": stored,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "access": stored.access,
        "status": Status.OK,
        "facts": {
            "date": stored.header_date,
            "cal_ver": stored.cal_ver,
            "crds_ctx": stored.crds_ctx,
        },
    }


def top_up(bundle_id: UUID) -> list[int]:
    """Let the next files be queued, once half its window is free: their ids."""
    files = BundleFile.objects.filter(bundle_id=bundle_id)
    if files.filter(phase__in=UNFINISHED).count() > window() // 2:
        return []
    with transaction.atomic():
        bundle = Bundle.objects.select_for_update().only("waits_for", "gives_way_to").filter(pk=bundle_id)
        if not (under_way := bundle.filter(phase=Phase.EXECUTING, lease_token=None).first()):
            return []
        free = window() - files.filter(phase__in=UNFINISHED).count()
        ids = pausing.next_files(under_way, free)
        files.filter(pk__in=ids).update(phase=Phase.QUEUED, queued_at=Now(), nudged_at=Now())
    return ids


def fill(file_id: int) -> Turn:
    """Claim one file and get it. A file that another worker holds, or that is done, is left alone."""
    lease = Lease.claim(BundleFile, file_id)
    if lease is None:
        return Turn()
    file = BundleFile.objects.select_related("bundle__owner").get(pk=file_id)
    try:
        return _get(file, lease)
    except LeaseLost:  # stopped, or taken over
        return Turn()


def _get(file: BundleFile, lease: Lease) -> Turn:
    try:
        stored = fetching.obtain(
            file.data_uri,
            user=_whose_token(file),
            programme=file.programme,
            release_mjd=file.release_mjd,
            size_bytes=file.expected_bytes,
            heartbeat=lease.beat,
            told=told_of([file.data_uri]).get(file.data_uri),
            group_id=file.bundle.group_id,
            asked_at=file.bundle.created_at,
        )
    except fetching.Busy as busy:
        return _wait(file, lease, busy.retry_after_s, attempts=F("attempts") - 1)
    except ArchiveError as error:
        if (later := _put_off(file, lease, error)) is not None:
            return later
        _give_up(file, lease, error)
    except StoreFull as error:
        pausing.pause(file, lease, str(error))
        giving_way.make_way(file.bundle, str(error))
        return Turn()
    except SERVICE_IS_AWAY:  # which says nothing of the file: its lease ends, and it is taken up again
        logger.warning("file %s of bundle %s is left", file.data_uri, file.bundle_id, exc_info=True)
        return Turn()
    except Exception:
        logger.exception("file %s of bundle %s", file.data_uri, file.bundle_id)
        lease.fail(BROKE, "internal", status=Status.FAILED)
    else:
        lease.finish(was_here=_was_here(stored, file), **_settled(stored))
    pausing.end_pause(file.bundle)
    return Turn(bundle_id=file.bundle_id)


def _whose_token(file: BundleFile) -> User | None:
    """The owner's, unless somebody else had it tried again: nobody causes the use of another's token."""
    owner = file.bundle.owner
    if file.tried_by in (None, owner.pk):
        return owner
    return User.objects.filter(pk=file.tried_by, is_active=True).first()


def _put_off(file: BundleFile, lease: Lease, error: ArchiveError) -> Turn | None:
    """To be tried again, or left to the bundle's pause; None where the file is to be given up."""
    match error:
        case Crowded():
            return _wait(file, lease, error.after_s, attempts=F("attempts") - 1)
        case AskedToWait() if file.attempts < TRIES:
            return _wait(file, lease, min(error.after_s, LONGEST_WAIT_S))
        case AskedToWait():
            return None
        case ArchiveRests() if error.down_s <= settings.ARCHIVE_PATIENCE_S:
            pausing.pause(file, lease, RESTS.format(every_s=settings.HOST_REST_S))
            return Turn()
        case _ if error.retryable and file.attempts < TRIES:
            return _wait(file, lease, RETRY_S)
    return None


def _was_here(stored: StoredFile, file: BundleFile) -> bool:
    """Stored before this file was claimed; both times are the database's."""
    stored.refresh_from_db(fields=["fetched_at"])
    return bool(stored.fetched_at and file.started_at and stored.fetched_at < file.started_at)


def _wait(file: BundleFile, lease: Lease, wait_s: float, **changes: object) -> Turn:
    """Back into the queue, to be tried again after `wait_s`."""
    held = BundleFile.objects.filter(pk=file.pk, lease_token=lease.token, phase=Phase.EXECUTING)
    due_at = Now() + timedelta(seconds=wait_s)  # no sweep takes it for lost before
    free = {"lease_token": None, "lease_until": None, "nudged_at": due_at} | changes
    if held.update(phase=Phase.QUEUED, **free) != 1:
        raise LeaseLost
    return Turn(again_after_s=wait_s)


def _give_up(file: BundleFile, lease: Lease, error: ArchiveError) -> None:
    match error:
        case Refused():
            status = Status.RESTRICTED
            reason = refusal(file.programme or None, file.principal_investigator or None).sentence
        case NotFound():
            status, reason = Status.MISSING, str(error)
        case ArchiveRests():
            status, reason = Status.FAILED, str(error.__cause__ or error)
        case _:
            status, reason = Status.FAILED, str(error)
    access = Access.RESTRICTED if status == Status.RESTRICTED else file.access
    lease.fail(reason, status.lower(), status=status, access=access)


def overdue() -> list[int]:
    """Files whose message got lost or whose worker died, to be queued again; after many breaks, failed."""

    def abandoned(pk: int) -> None:
        BundleFile.objects.filter(pk=pk).update(status=Status.FAILED)

    return due(BundleFile, abandoned)


def idle() -> Iterable[UUID]:
    """Bundles under way: the sweep looks whether they need more files queued, or are complete."""
    return Bundle.objects.filter(phase=Phase.EXECUTING, lease_token=None).values_list("pk", flat=True)
