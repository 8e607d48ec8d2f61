"""Owns the claim of a file being fetched: one worker at a time, taken over when its holder died."""

import time
import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from mastportal.files.models import Phase, StoredFile


class LeaseLost(Exception):
    """Another worker holds this file now: what was fetched here must not be kept."""


class Lease:
    """The right to fill one row, until `lease_until` unless renewed. The clock is the database's."""

    def __init__(self, pk: int, key: str, token: uuid.UUID) -> None:
        self.pk, self.key, self._token = pk, key, token
        self._renewed_at = time.monotonic()

    @classmethod
    def claim(cls, pk: int) -> Self | None:
        """The lease of a file nobody is fetching, under a fresh key: no late predecessor writes there."""
        token, key = uuid.uuid4(), uuid.uuid4().hex
        free = Q(phase__in=[Phase.QUEUED, Phase.ERROR]) | Q(phase=Phase.EXECUTING, lease_until__lt=Now())
        changed = StoredFile.objects.filter(free, pk=pk).update(
            phase=Phase.EXECUTING,
            key=key,
            lease_token=token,
            lease_until=_end(),
            received_bytes=0,
            error="",
        )
        return cls(pk, key, token) if changed == 1 else None

    def beat(self, received_bytes: int) -> None:
        """Renew when a quarter of the lease has gone; cheap enough for every piece. Raises LeaseLost."""
        if time.monotonic() - self._renewed_at > settings.LEASE_S / 4:
            self._change(lease_until=_end(), received_bytes=received_bytes)
            self._renewed_at = time.monotonic()

    def finish(self, **facts: Any) -> None:
        """The file is stored. Raises LeaseLost."""
        self._change(phase=Phase.COMPLETED, fetched_at=Now(), last_used_at=Now(), **_freed(), **facts)

    def fail(self, error: str) -> None:
        """The file could not be had, for a reason a person can read; it may be claimed again at once."""
        self._change(phase=Phase.ERROR, error=error, **_freed())

    def _change(self, **changes: Any) -> None:
        held = StoredFile.objects.filter(pk=self.pk, lease_token=self._token, phase=Phase.EXECUTING)
        if held.update(**changes) != 1:
            raise LeaseLost


def _end() -> Any:
    return Now() + timedelta(seconds=settings.LEASE_S)


def _freed() -> dict[str, None]:
    return {"lease_token": None, "lease_until": None}
