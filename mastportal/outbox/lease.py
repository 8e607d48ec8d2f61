"""Owns the claim of a delivery: one worker at a time, taken over when its holder died, put off on failure.

The clock is the database's. How often it is tried is not bounded, how long is: `settings.POST_PATIENCE_S`.
"""

import random
import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from mastportal.outbox.models import Delivery
from mastportal.work import Held, LeaseLost, Phase, lease_end

__all__ = ["Lease", "LeaseLost"]
MOST_AT_ONCE = 200  # handed out by one sweep
MOST_DOUBLINGS = 20


def _ready() -> Q:
    return Q(phase=Phase.QUEUED, next_at__lte=Now()) | Q(phase=Phase.EXECUTING, lease_until__lt=Now())


def due() -> list[uuid.UUID]:
    """Ids of what is to be sent now, the oldest first; each noted, so that two sweeps do not both queue it.

    What was noted and never claimed, because the broker lost its message, comes again after a lease.
    """
    quiet = Q(nudged_at=None) | Q(nudged_at__lt=Now() - timedelta(seconds=settings.LEASE_S))
    waiting = Delivery.objects.filter(_ready() & quiet)
    found = list(waiting.order_by("queued_at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    return [pk for pk in found if waiting.filter(pk=pk).update(nudged_at=Now())]


def pause_s(attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, bounded, and not the same for all."""
    grown = settings.POST_PAUSE_S * 2 ** min(max(attempts - 1, 0), MOST_DOUBLINGS)
    return float(min(grown, settings.POST_LONGEST_PAUSE_S) * random.SystemRandom().uniform(0.75, 1.25))


def rest(others: Q, for_s: float) -> None:
    """Nobody tries `others`, which go the same way as one that just failed, before `for_s` have passed."""
    until = Now() + timedelta(seconds=for_s)
    waiting = Delivery.objects.filter(others, phase=Phase.QUEUED, next_at__lt=until)
    waiting.update(next_at=Greatest(F("next_at"), until))


class Lease(Held):
    """The right to try one delivery."""

    @classmethod
    def claim(cls, pk: uuid.UUID) -> Self | None:
        """The lease of one whose time has come, or whose worker died; None when there is nothing to claim."""
        token = uuid.uuid4()
        changed = Delivery.objects.filter(_ready(), pk=pk).update(
            phase=Phase.EXECUTING,
            lease_token=token,
            lease_until=lease_end(),
            attempts=F("attempts") + 1,
        )
        return cls(Delivery, pk, token) if changed == 1 else None

    def finish(self) -> None:
        """It has arrived. Raises LeaseLost."""
        self._change(phase=Phase.COMPLETED, ended_at=Now(), error="", **self.FREED)

    def put_off(self, error: str, for_s: float) -> None:
        """Not now: tried again after `for_s`. Raises LeaseLost."""
        again: dict[str, Any] = {"next_at": Now() + timedelta(seconds=for_s), "nudged_at": None}
        self._change(phase=Phase.QUEUED, error=error, **self.FREED, **again)

    def end(self, phase: Phase, error: str) -> None:
        """It does not arrive, for a reason a person can read. Raises LeaseLost."""
        self._change(phase=phase, ended_at=Now(), error=error, **self.FREED)
