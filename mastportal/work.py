"""Owns the claim and the lease of work that takes time: the row is the truth, the queue a nudge.

Every app stands on it; imports nothing of ours. The clock is the database's, one for all workers.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from redis import RedisError

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
GIVEN_UP = "The question broke off several times and was given up; ask again, or narrow it."


class Phase(models.TextChoices):
    """Where a piece of work is: the words of the IVOA's Universal Worker Service."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"
    ABORTED = "ABORTED"


UNFINISHED = (Phase.QUEUED, Phase.EXECUTING)
# Database or Valkey went away, which says nothing of the work itself: who meets one of these leaves it, and
# it is taken up again when its lease ends.
SERVICE_IS_AWAY = (OperationalError, InterfaceError, RedisError)


class LeaseLost(Exception):
    """Another worker holds this work now: what was found here must not be written."""


class Work(models.Model):
    """One question to the archive, claimed by one worker at a time."""

    phase = models.CharField(max_length=12, choices=Phase, default=Phase.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    nudged_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    error_kind = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        return self.phase in UNFINISHED

    @property
    def waited_s(self) -> float:
        """Seconds since it was asked for, or that it took."""
        return max(0.0, ((self.ended_at or timezone.now()) - self.queued_at).total_seconds())


def lease_end() -> Any:
    """When a lease taken or renewed now runs out, by the database's clock."""
    return Now() + timedelta(seconds=settings.LEASE_S)


class Held:
    """A row held by one worker, until its `lease_until` unless renewed; how it is claimed, its kinds say."""

    FREED: ClassVar[dict[str, None]] = {"lease_until": None, "lease_token": None}

    def __init__(self, model: type[models.Model], pk: Any, token: uuid.UUID) -> None:
        self.model, self.pk, self.token = model, pk, token
        self._renewed_at = time.monotonic()

    def _change(self, **changes: Any) -> None:
        held = self.model._default_manager.filter(pk=self.pk, lease_token=self.token, phase=Phase.EXECUTING)
        if held.update(**changes) != 1:
            raise LeaseLost

    def renew(self, **changes: Any) -> None:
        """Hold on for another LEASE_S and note `changes`. Raises LeaseLost.

        Inside a transaction this also locks the row: nobody can take the work over before the commit.
        """
        self._change(lease_until=lease_end(), **changes)
        self._renewed_at = time.monotonic()

    def beat(self, **changes: Any) -> None:
        """Renew when a quarter of the lease has gone; cheap enough to be called for every bit of progress."""
        if time.monotonic() - self._renewed_at > settings.LEASE_S / 4:
            self.renew(**changes)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Renew from a thread of its own meanwhile, however long a single call of ours is silent.

        How long that may be is for the archive client to bound; a killed process renews nothing.
        """
        stop = Event()
        thread = Thread(target=self._hold, args=(stop,), name=f"lease of {self.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _hold(self, stop: Event) -> None:
        while not stop.wait(settings.LEASE_S / 3):
            try:
                self.renew()
            except LeaseLost:
                break
            except DatabaseError:
                logger.warning("could not renew the lease of %s", self.pk, exc_info=True)
            finally:
                connection.close()


class Lease(Held):
    """The right to do one piece of Work."""

    @classmethod
    def claim(cls, model: type[Work], pk: Any) -> Self | None:
        """The lease of a queued row, or of one whose worker died; None when there is nothing to claim."""
        free = Q(phase=Phase.QUEUED) | Q(phase=Phase.EXECUTING, lease_until__lt=Now())
        token = uuid.uuid4()
        changed = model._default_manager.filter(free, pk=pk, attempts__lt=MOST_ATTEMPTS).update(
            phase=Phase.EXECUTING,
            lease_token=token,
            lease_until=lease_end(),
            started_at=Now(),
            attempts=F("attempts") + 1,
        )
        return cls(model, pk, token) if changed == 1 else None

    def finish(self, **changes: Any) -> None:
        """The work is done. Raises LeaseLost when another has taken it over."""
        ended = {"error": "", "error_kind": ""} | changes
        self._change(phase=Phase.COMPLETED, ended_at=Now(), **self.FREED, **ended)

    def put_back(self, after_s: float) -> None:
        """Not now: queued again, and this attempt does not count. Raises LeaseLost.

        The first sweep after `after_s` nudges it, as though its message had been lost a lease ago.
        """
        nudged_at = Now() - timedelta(seconds=settings.LEASE_S - after_s)
        self._change(phase=Phase.QUEUED, attempts=F("attempts") - 1, nudged_at=nudged_at, **self.FREED)

    def fail(self, error: str, kind: str, phase: Phase = Phase.ERROR, **changes: Any) -> None:
        """The work failed, for a reason a person can read. Raises LeaseLost."""
        freed = self.FREED | changes
        self._change(phase=phase, ended_at=Now(), error=error, error_kind=kind, **freed)


def stop(model: type[Work], pk: Any, why: str) -> bool:
    """End work that is not done yet; whoever holds it finds the lease lost. Whether it was under way."""
    under_way = model._default_manager.filter(pk=pk, phase__in=UNFINISHED)
    ended = {"phase": Phase.ERROR, "ended_at": Now(), "error": why, "error_kind": "stopped"}
    return under_way.update(**ended, **Held.FREED) == 1


def take_up_again(model: type[Work], pk: Any) -> bool:
    """Queue work that failed once more, with all its attempts; the caller nudges. Whether it had failed.

    Raises IntegrityError where the same was asked for anew meanwhile and may be under way only once.
    """
    failed = model._default_manager.filter(pk=pk, phase__in=[Phase.ERROR, Phase.ABORTED])
    fresh = {"attempts": 0, "error": "", "error_kind": "", "started_at": None, "ended_at": None}
    return failed.update(phase=Phase.QUEUED, queued_at=Now(), nudged_at=Now(), **fresh) == 1


def due(model: type[Work], abandoned: Callable[[Any], None] | None = None) -> list[Any]:
    """Ids to be queued again, who waits longest first: their message got lost, or their worker died.

    Each is noted as nudged, so that two sweeps do not both queue it. What breaks off too often ends, and
    `abandoned` hears of it.
    """
    late = Q(phase=Phase.QUEUED, nudged_at__lt=Now() - timedelta(seconds=settings.LEASE_S))
    dead = Q(phase=Phase.EXECUTING, lease_until__lt=Now())
    hopeless = model._default_manager.filter(dead | late, attempts__gte=MOST_ATTEMPTS)
    for pk in list(hopeless.values_list("pk", flat=True)):
        changes = {"ended_at": Now(), "error": GIVEN_UP, "error_kind": "given_up", "lease_token": None}
        if hopeless.filter(pk=pk).update(phase=Phase.ERROR, **changes) and abandoned:
            abandoned(pk)
    recently = Q(nudged_at__lt=Now() - timedelta(seconds=settings.LEASE_S / 2))
    waiting = model._default_manager.filter(late | (dead & recently))
    found = list(waiting.order_by("nudged_at").values_list("pk", flat=True))
    return [pk for pk in found if waiting.filter(pk=pk).update(nudged_at=Now())]
