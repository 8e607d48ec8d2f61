"""Owns a question's way to its rows: claimed, asked page by page, kept, opened, and removed after their time.

The queue is none of its business: who calls `ask` queues what it says, and `due` finds what got lost.
"""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import archive
from mastportal import work
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import arrow_schema
from mastportal.search import keep, listed, sources
from mastportal.search.asking import Asking, read
from mastportal.search.failures import Broken, Expired, Failed, NotReady, reported
from mastportal.search.models import ResultChunk, ResultSet, Search
from mastportal.search.opened import tables
from mastportal.search.questions import Asked, ask
from mastportal.tables.codes import OpenTable
from mastportal.work import UNFINISHED, Lease, Phase

__all__ = ["Asked", "ask", "due", "expire", "open_table", "run", "snapshot"]

DAMAGED = "The kept rows of this search are damaged; ask again and they will be fetched anew."


def run(result_id: uuid.UUID) -> None:
    """Ask the archive, in a worker, and keep the answer. Harmless when repeated or when another has it."""
    lease = Lease.claim(ResultSet, result_id)
    if lease is None:
        return

    def failed(error: str, kind: str) -> None:
        with transaction.atomic():
            lease.fail(error, kind)
            _drop_rows(result_id)

    with reported(lease, failed):
        result = ResultSet.objects.select_related("search").get(pk=result_id)
        client = archive.client(heartbeat=lease.beat)
        asking = read(result.search.criteria)
        source = sources.opened(client, lease, asking)
        lease.renew(count=source.count)
        kept = _keep_rows(lease, result, _at_least_one(source.pages, asking)) | source.after()
        with transaction.atomic():
            Search.objects.select_for_update().get(pk=result.search_id)  # before the snapshot, as `ask` does
            lease.finish(**kept)
            Search.objects.filter(pk=result.search_id).update(current=result)
        archive.note_answer(client)


def _at_least_one(pages: Iterator[pa.Table], asking: Asking) -> Iterator[pa.Table]:
    """The archive's pages; of an empty answer one without rows, so that its columns are known."""
    first = next(pages, None)
    yield first if first is not None else arrow_schema(asking.fields).empty_table()
    yield from pages


def _keep_rows(lease: Lease, result: ResultSet, pages: Iterator[pa.Table]) -> dict[str, Any]:
    """Keep each page as it comes and let go of it: memory does not grow with the answer."""
    row_count = size_bytes = 0
    with transaction.atomic():
        lease.renew(row_count=0)
        _drop_rows(result.pk)  # what a worker that died had kept
    for n, page in enumerate(pages):
        row_count += page.num_rows
        with transaction.atomic():
            lease.renew(row_count=row_count)
            size_bytes += keep.write_chunk(result.pk, n, page)
        listed.note(page)
        del page
        pa.default_memory_pool().release_unused()
    return {"row_count": row_count, "size_bytes": size_bytes}


def snapshot(search: Search, pinned: str = "") -> ResultSet:
    """The snapshot whose rows are meant: the `pinned` one, else the newest. Raises NoRows, or BadQuestion."""
    result = _pinned(search, pinned) if pinned else search.current or search.latest
    if result is None or result.is_unfinished:
        raise NotReady("The archive is still being asked; the rows are not here yet.")
    if result.error_kind == Broken.code:
        raise Broken(result.error)
    if result.phase != Phase.COMPLETED:
        raise Failed(result.error, result.error_kind)
    if result.rows_removed_at is not None:
        raise Expired("These rows were kept for their time and are gone; ask again.")
    return result


def _pinned(search: Search, pinned: str) -> ResultSet:
    try:
        return search.results.get(pk=uuid.UUID(pinned))
    except (ValueError, ResultSet.DoesNotExist):
        raise BadQuestion(
            "This search has no such result; leave `result` out to see its newest one.", field="result"
        ) from None


def open_table(result_id: uuid.UUID) -> OpenTable:
    """The rows of a snapshot, ready to be filtered; kept open in this process. Raises Broken or Expired."""
    return tables.get(result_id, lambda: _load(result_id))


def _load(result_id: uuid.UUID) -> OpenTable:
    result = ResultSet.objects.filter(pk=result_id, phase=Phase.COMPLETED, rows_removed_at=None).first()
    if result is None:
        raise Expired("These rows are not kept any more; ask again.")
    try:
        return OpenTable(keep.read_table(result_id, result.row_count))
    except keep.BrokenValue as error:
        _mark_broken(result)
        raise Broken(DAMAGED) from error


@transaction.atomic
def _mark_broken(result: ResultSet) -> None:
    """Nobody is to be shown this snapshot again; the question can be asked anew."""
    Search.objects.filter(current=result).update(current=None)
    ResultSet.objects.filter(pk=result.pk).update(
        phase=Phase.ERROR, error=DAMAGED, error_kind=Broken.code, rows_removed_at=Now()
    )
    _drop_rows(result.pk)


def due() -> list[uuid.UUID]:
    """Snapshots to be queued again: their message got lost, or their worker died."""
    return work.due(ResultSet, abandoned=_drop_rows)


def _drop_rows(result_id: uuid.UUID) -> None:
    ResultChunk.objects.filter(result=result_id).delete()


def expire() -> int:
    """Remove the rows of snapshots older than RESULT_KEEP_S; the questions stay. Gives how many went."""
    old = timezone.now() - timedelta(seconds=settings.RESULT_KEEP_S)
    gone = ResultSet.objects.filter(rows_removed_at=None, ended_at__lt=old).exclude(phase__in=UNFINISHED)
    ids = list(gone.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            _drop_rows(pk)
            ResultSet.objects.filter(pk=pk).update(rows_removed_at=Now())
        tables.forget(pk)
    return len(ids)
