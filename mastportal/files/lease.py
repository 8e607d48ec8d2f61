"""Owns the claim of a file being fetched: one worker at a time, taken over when its holder died."""

import uuid
from typing import Any, Self

from django.db.models import Q
from django.db.models.functions import Now

from mastportal.files.models import StoredFile
from mastportal.work import Held, LeaseLost, Phase, lease_end

__all__ = ["Lease", "LeaseLost"]


class Lease(Held):
    """The right to fill one row of the store."""

    def __init__(self, pk: int, key: str, token: uuid.UUID) -> None:
        super().__init__(StoredFile, pk, token)
        self.key = key

    @classmethod
    def claim(cls, pk: int) -> Self | None:
        """The lease of a file nobody is fetching, under a fresh key: no late predecessor writes there."""
        token, key = uuid.uuid4(), uuid.uuid4().hex
        free = Q(phase__in=[Phase.QUEUED, Phase.ERROR]) | Q(phase=Phase.EXECUTING, lease_until__lt=Now())
        changed = StoredFile.objects.filter(free, pk=pk).update(
            phase=Phase.EXECUTING,
            key=key,
            lease_token=token,
            lease_until=lease_end(),
            received_bytes=0,
            reserved_bytes=0,
            error="",
        )
        return cls(pk, key, token) if changed == 1 else None

    def finish(self, **facts: Any) -> None:
        """The file is stored. Raises LeaseLost."""
        self._change(phase=Phase.COMPLETED, fetched_at=Now(), last_used_at=Now(), **self.FREED, **facts)

    def fail(self, error: str) -> None:
        """The file could not be had, for a reason a person can read; it may be claimed again at once."""
        self._change(phase=Phase.ERROR, error=error, **self.FREED)

    def drop(self) -> None:
        """The row was not needed after all. Raises LeaseLost."""
        held = StoredFile.objects.filter(pk=self.pk, lease_token=self.token, phase=Phase.EXECUTING)
        if held.delete()[0] != 1:
            raise LeaseLost
