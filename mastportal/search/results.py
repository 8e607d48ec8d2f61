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
from mastportal.mast.fields import arrow_schema
from mastportal.search import keep, listed, openers
from mastportal.search.asking import Asking, read
from mastportal.search.failures import reported
from mastportal.search.models import ResultSet, Search
from mastportal.search.opened import tables
from mastportal.search.questions import Asked, ask, renew
from mastportal.search.snapshots import drop_rows, open_table, snapshot
from mastportal.work import UNFINISHED, Lease

__all__ = ["Asked", "ask", "due", "expire", "open_table", "renew", "run", "snapshot"]


def run(result_id: uuid.UUID) -> None:
    """Ask the archive, in a worker, and keep the answer. Harmless when repeated or when another has it."""
    lease = Lease.claim(ResultSet, result_id)
    if lease is None:
        return

    def failed(error: str, kind: str) -> None:
        with transaction.atomic():
            lease.fail(error, kind)
            drop_rows(result_id)

    with reported(lease, failed):
        result = ResultSet.objects.select_related("search").get(pk=result_id)
        client = archive.client(heartbeat=lease.beat)
        asking = read(result.search.criteria)
        source = openers.opened(client, lease, asking)
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
        drop_rows(result.pk)  # what a worker that died had kept
    for n, page in enumerate(pages):
        row_count += page.num_rows
        with transaction.atomic():
            lease.renew(row_count=row_count)
            size_bytes += keep.write_chunk(result.pk, n, page)
        listed.note(page)
        del page
        pa.default_memory_pool().release_unused()
    return {"row_count": row_count, "size_bytes": size_bytes}


def due() -> list[uuid.UUID]:
    """Snapshots to be queued again: their message got lost, or their worker died."""
    return work.due(ResultSet, abandoned=drop_rows)


def expire() -> int:
    """Remove the rows of snapshots older than RESULT_KEEP_S; the questions stay. Gives how many went."""
    old = timezone.now() - timedelta(seconds=settings.RESULT_KEEP_S)
    gone = ResultSet.objects.filter(rows_removed_at=None, ended_at__lt=old).exclude(phase__in=UNFINISHED)
    ids = list(gone.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            drop_rows(pk)
            ResultSet.objects.filter(pk=pk).update(rows_removed_at=Now())
        tables.forget(pk)
    return len(ids)
