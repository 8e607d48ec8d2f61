"""Owns which file of a streamed archive comes next: those that are here, then the others as they come.

Only so many files are queued, being fetched or waiting to be taken at once: who takes slowly is fetched for
slowly. Never enqueues: `queue` is given.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now

from basket import filling
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files.models import StoredFile
from mastportal.files.store import give_back_connection
from mastportal.work import UNFINISHED

Queue = Callable[[int], object]
HERE_AT_ONCE = 500
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.5
AGAIN_AFTER_S = 2.0
LATE = "It did not come in time, and the download went on without it."


class StreamOver(Exception):
    """The work list is gone: stopped, or taken for dead. The answer must break off."""


class Arrivals:
    """The files of one streamed bundle in the order in which they may be sent."""

    def __init__(self, bundle_id: UUID, queue: Queue) -> None:
        self._bundle_id, self._queue = bundle_id, queue
        self._coming: list[int] = []
        self._nudged_at = time.monotonic()

    def __iter__(self) -> Iterator[BundleFile]:
        """Each file that is in the store, once. Raises StreamOver."""
        filling.take_what_is_here(self._bundle_id)
        self._top_up()
        yield from self._here()
        while self._coming:
            for file in self._settled():
                if file.status == Status.OK:
                    yield file
                self._coming.remove(file.pk)
                self._top_up()

    def _files(self, **which: Any) -> QuerySet[BundleFile]:
        return BundleFile.objects.filter(bundle_id=self._bundle_id, **which)

    def _here(self) -> Iterator[BundleFile]:
        """What was in the store before anything was queued."""
        there, n = self._files(status=Status.OK, was_here=True).exclude(pk__in=self._coming), -1
        while found := list(there.filter(n__gt=n).select_related("stored_file").order_by("n")[:HERE_AT_ONCE]):
            n = found[-1].n
            give_back_connection()
            yield from (file for file in found if file.pk not in self._coming)

    def _top_up(self) -> None:
        """Queue the next files, as many as were taken."""
        free = filling.window() - len(self._coming)
        waiting = self._files(phase=Phase.PENDING).exclude(pk__in=self._coming).order_by("n")
        ids = list(waiting.values_list("pk", flat=True)[: max(0, free)])
        self._coming += ids
        self._nudge(ids)

    def _nudge(self, ids: list[int]) -> None:
        self._files(pk__in=ids, phase=Phase.PENDING).update(
            phase=Phase.QUEUED, queued_at=Now(), nudged_at=Now()
        )
        for pk in ids:
            self._queue(pk)

    def _settled(self) -> list[BundleFile]:
        """Those of the files under way that came or failed, at least one; waits for it."""
        pause_s, moved_at, seen = SHORTEST_PAUSE_S, time.monotonic(), self._progress()
        done = self._files(pk__in=self._coming).exclude(phase__in=[*UNFINISHED, Phase.PENDING])
        while not (found := list(done.select_related("stored_file").order_by("n"))):
            self._look_after()
            now = self._progress()
            if now != seen:
                seen, moved_at = now, time.monotonic()
            elif time.monotonic() - moved_at > settings.STREAM_WAIT_S:
                self._give_up()
            give_back_connection()
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        self._check_not_over()  # what was stopped is settled, too
        give_back_connection()
        return found

    def _check_not_over(self) -> None:
        if not Bundle.objects.filter(pk=self._bundle_id, phase=Phase.EXECUTING).exists():
            raise StreamOver("This download was stopped.")

    def _look_after(self) -> None:
        """Break off where the list is gone; queue again what was put back for want of room."""
        self._check_not_over()
        if time.monotonic() - self._nudged_at > AGAIN_AFTER_S:
            self._nudged_at = time.monotonic()
            back = self._files(pk__in=self._coming, phase=Phase.PENDING)
            self._nudge(list(back.values_list("pk", flat=True)))

    def _progress(self) -> tuple[Any, ...]:
        """Changes while anything moves. What a pause puts back again and again does not."""
        under_way = self._files(pk__in=self._coming)
        uris = under_way.values("data_uri")
        coming = StoredFile.objects.filter(data_uri__in=uris, phase=Phase.EXECUTING)
        received = coming.aggregate(sum=Coalesce(Sum("received_bytes"), 0))["sum"]
        if self._waits_for():
            return (received,)
        return received, *under_way.order_by("pk").values_list("phase", "attempts")

    def _waits_for(self) -> str:
        """Why the list pauses, in a sentence; empty while it does not."""
        return Bundle.objects.values_list("waits_for", flat=True).filter(pk=self._bundle_id).first() or ""

    def _give_up(self) -> None:
        """Leave out all that is under way: nothing of it moved for longer than anybody waits.

        In a pause that is so long nothing else would come either: then all the rest is left out at once.
        """
        why = self._waits_for()
        late = self._files() if why else self._files(pk__in=self._coming)
        late = late.filter(Q(phase__in=UNFINISHED) | Q(phase=Phase.PENDING))
        late.update(**left_out(Status.FAILED, f"{why} {LATE}".lstrip()))


def left_out(status: Status, reason: str) -> dict[str, Any]:
    """What becomes of a file that does not enter the archive."""
    freed = {"lease_token": None, "lease_until": None}
    return {"phase": Phase.ERROR, "status": status, "error": reason, "error_kind": status.lower(), **freed}
