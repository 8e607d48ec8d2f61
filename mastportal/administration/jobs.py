"""Owns what administrators see and do of work that is under way or failed lately: list, stop, try again.

Never enqueues by itself: each kind of work knows the door of its room that does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from basket import bundles, retrying
from basket.models import Bundle, Gathering, Staging
from basket.phases import UNDER_WAY, Phase
from basket.progress import progress_of
from basket.tasks import queue_gatherings, queue_next, queue_staging
from mastportal import work
from mastportal.news import dropping, watching
from mastportal.news.models import EventFile, Watch
from mastportal.news.tasks import queue_files, queue_looks
from mastportal.outbox import delivered
from mastportal.outbox.models import Channel, Delivery
from mastportal.outbox.tasks import soon
from mastportal.search.models import Lookup, ProductList, ResultSet
from mastportal.search.tasks import queue_lookups, queue_products, queue_results
from mastportal.tables.cells import size_words
from mastportal.work import UNFINISHED, Work

SHOWN_MOST = 100
LATELY = timedelta(days=1)
STOPPED = "An administrator stopped this."


class NoSuchJob(Exception):
    """There is no such work, or it is not in a state in which this can be done; a plain sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as the page shows it; `about` is how far it is or why it failed."""

    kind: str
    pk: str
    name: str
    owner: str
    phase: str
    since: datetime
    about: str
    may_stop: bool
    may_retry: bool


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of `mastportal.work`: its rows, their names, how they are queued, and ended where it needs more.

    `also` are rows that the name and the owner need, `large` columns that nothing here does.
    """

    title: str
    model: type[Work]
    name: Callable[[Any], str]
    owner: Callable[[Any], object]
    queue: Callable[[Iterable[Any]], None]
    also: tuple[str, ...] = ()
    end: Callable[[str, str], bool] | None = None
    large: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        lately = models.Q(phase=Phase.ERROR, ended_at__gt=Now() - LATELY)
        found = self.model._default_manager.filter(models.Q(phase__in=UNFINISHED) | lately)
        return found.select_related(*self.also).defer(*self.large).order_by("-queued_at")

    def job(self, kind: str, row: Any) -> Job:
        is_under_way = row.phase in UNFINISHED
        return Job(
            kind=kind,
            pk=str(row.pk),
            name=self.name(row),
            owner=str(self.owner(row) or ""),
            phase=row.phase,
            since=row.queued_at,
            about=row.error or (f"attempt {row.attempts}" if row.attempts > 1 else ""),
            may_stop=is_under_way,
            may_retry=not is_under_way,
        )

    def stop(self, pk: str) -> bool:
        return self.end(pk, STOPPED) if self.end else work.stop(self.model, pk, STOPPED)

    def retry(self, pk: str) -> bool:
        """Whether there was something to try again."""
        with transaction.atomic():
            row = self.model._default_manager.filter(pk=pk).first()
            if row is None or not work.take_up_again(self.model, pk):
                return False
            self.queue([row.pk])
        return True


class BundleKind:
    """Bundles under way; what failed in one is tried again inside it."""

    title = "Bundles"

    def rows(self) -> QuerySet[Bundle]:
        under_way = Bundle.objects.filter(phase__in=UNDER_WAY, lease_token=None)
        return under_way.select_related("owner").defer("plan", "manifest").order_by("-created_at")

    def job(self, kind: str, row: Bundle) -> Job:
        progress = progress_of(row)
        done = f"{progress.done} of {progress.total} files, {size_words(progress.bytes_done)}"
        failed = f"; {progress.failed} failed" if progress.failed else ""
        return Job(
            kind=kind,
            pk=str(row.pk),
            name=row.name,
            owner=str(row.owner),
            phase=row.phase,
            since=row.created_at,
            about=row.waits_for or f"{done}{failed}",
            may_stop=True,
            may_retry=bool(progress.given_up),
        )

    def stop(self, pk: str) -> bool:
        row = self.rows().filter(pk=pk).first()
        if row is not None:
            bundles.stop_or_remove(row)
        return row is not None

    def retry(self, pk: str) -> bool:
        row = self.rows().filter(pk=pk).first()
        with transaction.atomic():
            if row is None or not retrying.try_again(row.pk, by=0):
                return False
            queue_next(row)
        return True


class DeliveryKind:
    """Mails and calls of webhooks: on their way, or given up within a day."""

    title = "Mails and webhooks"

    def rows(self) -> QuerySet[Delivery]:
        lately = models.Q(phase__in=(Phase.ERROR, Phase.ABORTED), ended_at__gt=Now() - LATELY)
        found = Delivery.objects.filter(models.Q(phase__in=UNFINISHED) | lately)
        return found.select_related("person", "webhook").defer("text", "html", "data", "webhook__sealed")

    def job(self, kind: str, row: Delivery) -> Job:
        is_under_way = row.phase in UNFINISHED
        way = row.webhook.name if row.webhook is not None else Channel(row.channel).label
        again = f"; again at {row.next_at:%H:%M}" if row.error and is_under_way else ""
        return Job(
            kind=kind,
            pk=str(row.pk),
            name=f"{way}: {row.title}",
            owner=str(row.person),
            phase=row.phase,
            since=row.queued_at,
            about=f"attempt {row.attempts}: {row.error}{again}" if row.error else "",
            may_stop=is_under_way,
            may_retry=not is_under_way,
        )

    def stop(self, pk: str) -> bool:
        return delivered.stop(Delivery.objects.filter(pk=pk), STOPPED) > 0

    def retry(self, pk: str) -> bool:
        with transaction.atomic():
            if not delivered.take_up_again(Delivery.objects.filter(pk=pk)):
                return False
            soon()
        return True


def _queue_stagings(ids: Iterable[int]) -> None:
    for staging in Staging.objects.filter(pk__in=list(ids)):
        queue_staging(staging)


KINDS: dict[str, WorkKind | BundleKind | DeliveryKind] = {
    "bundle": BundleKind(),
    "search": WorkKind(
        "Searches",
        ResultSet,
        lambda row: row.search.words,
        lambda row: row.asked_by,
        queue_results,
        ("search", "asked_by"),
    ),
    "lookup": WorkKind("Counts and names", Lookup, str, lambda row: None, queue_lookups),
    "products": WorkKind("Product lists", ProductList, str, lambda row: None, queue_products),
    "gathering": WorkKind(
        "What the pipeline needs", Gathering, str, lambda row: row.owner, queue_gatherings, ("owner",)
    ),
    "staging": WorkKind(
        "Stagings", Staging, lambda row: f"{row.person}/{row.place}", lambda row: row.owner, _queue_stagings,
        ("owner",),
    ),
    "look": WorkKind(
        "Looks at what is followed", Watch, str, lambda row: None, queue_looks, ("saved_search", "basket"),
        watching.stop, ("snapshot",),
    ),
    "event-file": WorkKind(
        "MAST's subscription files", EventFile, lambda row: row.basket.name, lambda row: row.owner,
        queue_files, ("owner", "basket"), dropping.stop, ("filesets",),
    ),
    "delivery": DeliveryKind(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """The jobs of one kind, of `total` the newest."""

    title: str
    jobs: list[Job]
    total: int


def listed() -> list[Listed]:
    """All that is under way or failed within a day, kind by kind."""
    return [_listed(name, kind) for name, kind in KINDS.items()]


def _listed(name: str, kind: WorkKind | BundleKind | DeliveryKind) -> Listed:
    rows: list[Any] = list(kind.rows()[:SHOWN_MOST])
    total = kind.rows().count() if len(rows) == SHOWN_MOST else len(rows)
    return Listed(kind.title, [kind.job(name, row) for row in rows], total)


def act(kind: str, pk: str, action: str) -> None:
    """Stop a job, or try it again. Raises NoSuchJob."""
    found = KINDS.get(kind)
    if found is None or action not in {"stop", "retry"}:
        raise NoSuchJob("There is no such kind of job.")
    try:
        done = found.stop(pk) if action == "stop" else found.retry(pk)
    except (ValueError, ValidationError):
        raise NoSuchJob("There is no such job.") from None
    except IntegrityError:
        raise NoSuchJob("The same was asked for again meanwhile, and is under way.") from None
    if not done:
        raise NoSuchJob("It had ended, or there was nothing to try again.")
