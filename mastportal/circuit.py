"""Owns when a host that does not answer is left alone, seen by all processes: a circuit breaker in Valkey.

Failures of different files or questions count, without an answer in between; the same one again does not, nor
one that failed before others were answered, so that a few broken files stop no other. No connection at all is
a failure of the host each time. When it has rested one request goes through, and its answer decides; each
rest is twice as long as the one before, from a sixteenth of HOST_REST_S up to all of it, so that what passed
at once is noticed at once.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from pybreaker import (
    STATE_CLOSED,
    STATE_HALF_OPEN,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitRedisStorage,
)
from redis import Redis, RedisError

from mastportal.mast.errors import ArchiveError, ArchiveRests, TimedOut, Unavailable, Unreachable

# Failures that lie further apart say nothing together.
REMEMBERED_S = 600
# When to look again while another's request tries whether the host is back.
TRIAL_S = 2.0
FIRST_REST = 1 / 16


def _longest_s() -> int:
    """How long it is remembered when something failed, and when anything was answered."""
    return int(max(0.0, settings.ARCHIVE_PATIENCE_S)) + REMEMBERED_S


class _NoAnswer(Exception):
    """What the breaker is told of a failure."""


def _fails() -> None:
    raise _NoAnswer


def _succeeds() -> None:
    """What the breaker is told of a success."""


def _short(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()[:32]


class Circuit:
    """One host's state for one kind of request."""

    def __init__(self, client: Redis, name: str) -> None:
        self._client, self._name = client, name
        self._storage = CircuitRedisStorage(STATE_CLOSED, client, namespace=name)
        self._breaker = CircuitBreaker(state_storage=self._storage, throw_new_error_on_trip=False)

    @contextmanager
    def watched(self, subject: str) -> Iterator["Watched"]:
        """One request to the host. Raises ArchiveRests before it, and after one that opens the circuit."""
        watched = Watched(self, subject, is_trial=self._admit(subject))
        try:
            yield watched
        except ArchiveRests:
            raise
        except (Unavailable, TimedOut) as error:
            watched.failed(error)
            raise
        except ArchiveError:
            watched.answered()
            raise
        else:
            watched.answered()
        finally:
            watched.end()

    def rests_for_s(self) -> float:
        """Seconds until the host is tried again; 0 when it is asked as usual, or whoever comes next tries."""
        if self._breaker.current_state == STATE_CLOSED:
            return 0.0
        return self._left_s() or (TRIAL_S if self._client.exists(self._trial) else 0.0)

    def stop_if_open(self) -> None:
        """Raises ArchiveRests while the host is left alone."""
        if self._breaker.current_state != STATE_CLOSED and (left_s := self._left_s()):
            raise self._rests(left_s)

    def _admit(self, subject: str) -> bool:
        """Whether this request is the one that tries. Raises ArchiveRests for all others while it is open.

        Who has failed waits a little longer than the rest is: others go first, whose answer says more.
        """
        state = self._breaker.current_state
        if state == STATE_CLOSED:
            return False
        if state != STATE_HALF_OPEN and (left_s := self._left_s(self._turn_s(subject))):
            raise self._rests(left_s)
        longest_s = settings.CONNECT_TIMEOUT_S + 2 * settings.STALL_S + 5
        if not self._client.set(self._trial, 1, nx=True, px=int(longest_s * 1000)):
            raise self._rests(TRIAL_S)
        self._breaker.half_open()
        return True

    def _left_s(self, longer_s: float = 0.0) -> float:
        opened_at = self._storage.opened_at
        if opened_at is None:
            return 0.0
        rest_s, rested_s = self._rest_s() + longer_s, (datetime.now(UTC) - opened_at).total_seconds()
        return max(0.0, min(rest_s, rest_s - rested_s))

    def _turn_s(self, subject: str) -> float:
        """How much longer this one waits than others, having failed with no answer since to anybody."""
        failed_at, answered_at = self._client.mget(self._failed(subject), self._answered)
        has_failed = failed_at is not None and float(failed_at) >= float(answered_at or 0)
        return min(TRIAL_S, self._rest_s()) if has_failed else 0.0

    def _rest_s(self) -> float:
        """How long this rest is; `_trips` counts those without an answer in between."""
        trips = int(self._client.get(self._trips) or 1)
        return float(settings.HOST_REST_S * min(1.0, FIRST_REST * 2 ** min(trips - 1, 10)))

    def _rests(self, after_s: float, down_s: float = 0.0) -> ArchiveRests:
        return ArchiveRests(
            "The archive failed several times in a row, so the portal leaves it alone for a moment; "
            f"it is asked again in {max(1, round(after_s))} s.",
            after_s,
            down_s,
        )

    def note_answer(self, *, is_trial: bool) -> None:
        with self._client.pipeline() as together:
            together.set(self._answered, time.time(), ex=_longest_s())
            together.delete(self._failing, self._trips)
            _, was_failing = together.execute()
        if was_failing or is_trial:
            with suppress(CircuitBreakerError):
                self._breaker.call(_succeeds)

    def note_failure(self, subject: str, *, is_trial: bool, is_hosts: bool) -> None:
        """A failure of this subject, or of the host. Raises ArchiveRests where the circuit is open then.

        One that is the subject's own says nothing of the host, not even from the request that tries it.
        """
        failed_for_s = self._failed_for_s(subject)
        if failed_for_s is None and not is_hosts:
            return
        if self._is_new(subject) or is_hosts or is_trial:
            self._breaker.fail_max = settings.HOST_FAILURES
            self._breaker.reset_timeout = settings.HOST_REST_S
            before = self._breaker.current_state
            with suppress(CircuitBreakerError, _NoAnswer):
                self._breaker.call(_fails)
            if before != STATE_OPEN and self._breaker.current_state == STATE_OPEN:
                self._client.incr(self._trips)
                self._client.expire(self._trips, REMEMBERED_S)
        if self._breaker.current_state != STATE_CLOSED:
            raise self._rests(self._left_s(self._turn_s(subject)), failed_for_s or 0.0)

    def _failed_for_s(self, subject: str) -> float | None:
        """Seconds since this subject first failed with no answer since to anybody; None where there was one.

        Then it is noted as failing from now on.
        """
        now_s, key = time.time(), self._failed(subject)
        with self._client.pipeline() as together:
            together.set(key, now_s, ex=_longest_s(), nx=True, get=True)
            together.get(self._answered)
            failed_before, answered = together.execute()
        if failed_before is None:
            return 0.0
        if answered is not None and float(answered) > float(failed_before):
            self._client.set(key, now_s, ex=_longest_s())
            return None
        return max(0.0, now_s - float(failed_before))

    def _is_new(self, subject: str) -> bool:
        with self._client.pipeline() as together:
            together.sadd(self._failing, _short(subject))
            together.scard(self._failing)
            together.expire(self._failing, REMEMBERED_S)
            added, count, _ = together.execute()
        if added and count == 1:
            self._storage.reset_counter()
        return bool(added)

    def _failed(self, subject: str) -> str:
        return f"{self._name}:failed:{_short(subject)}"

    def end_trial(self) -> None:
        self._client.delete(self._trial)

    @property
    def _trial(self) -> str:
        return f"{self._name}:trial"

    @property
    def _answered(self) -> str:
        return f"{self._name}:answered"

    @property
    def _failing(self) -> str:
        return f"{self._name}:failing"

    @property
    def _trips(self) -> str:
        return f"{self._name}:trips"


class Watched:
    """One request and its verdict, of which the first counts."""

    def __init__(self, circuit: Circuit, subject: str, *, is_trial: bool) -> None:
        self._circuit, self._subject = circuit, subject
        self.is_trial, self._is_judged = is_trial, False

    def answered(self) -> None:
        if not self._is_judged:
            self._is_judged = True
            with suppress(RedisError):
                self._circuit.note_answer(is_trial=self.is_trial)

    def failed(self, error: Exception | None = None) -> None:
        """Raises ArchiveRests where the circuit is open then."""
        if not self._is_judged:
            self._is_judged = True
            with suppress(RedisError):
                try:
                    is_hosts = isinstance(error, Unreachable)
                    self._circuit.note_failure(self._subject, is_trial=self.is_trial, is_hosts=is_hosts)
                except ArchiveRests as rests:
                    raise rests from error

    def end(self) -> None:
        if self.is_trial:
            with suppress(RedisError):
                self._circuit.end_trial()


@cache
def circuit(client: Redis, name: str) -> Circuit:
    """The process's circuit of this name."""
    return Circuit(client, name)
