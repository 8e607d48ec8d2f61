"""Owns how many requests go to one host at once, of all threads, processes and machines together.

The holders of a host's connections are a sorted set in Valkey, by when their leases end: who is killed loses
its place after `lease_s`. While Valkey is away each process keeps to the limit by itself.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from django.conf import settings
from redis import Redis, RedisError

from mastportal import cachepool
from mastportal.circuit import Circuit, circuit
from mastportal.mast.errors import Crowded
from mastportal.mast.traffic import Exchange, Kind, Unwatched

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
# No room in time: when to try again.
NO_ROOM_S = 5.0
# A rest that is over so soon is waited for here.
SHORT_REST_S = 2.5
# Checks take turns with questions, so that none waits behind hours of bytes.
SLOTS = {Kind.QUESTION: "questions", Kind.CHECK: "questions", Kind.BYTES: "bytes"}
CIRCUITS = {Kind.QUESTION: "questions", Kind.CHECK: "bytes", Kind.BYTES: "bytes"}

# KEYS holders; ARGV id, lease in ms, most holders. Valkey's own clock counts.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return 1
"""
# KEYS holders, bell; ARGV id, most holders. Who waits longest at the bell hears it first.
GIVE = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then
  redis.call('LPUSH', KEYS[2], 1)
  redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
  redis.call('EXPIRE', KEYS[2], 60)
end
"""


def _limit(slots: str) -> int:
    return max(1, settings.HOST_TRANSFERS if slots == "bytes" else settings.HOST_QUESTIONS)


class ValkeyGate:
    """The gate that all processes share; a place is lost `lease_s` after its holder was killed."""

    def __init__(self, client: Redis, lease_s: float = 12.0) -> None:
        self._client, self._lease_s = client, lease_s
        self._take, self._give = client.register_script(TAKE), client.register_script(GIVE)

    @contextmanager
    def exchange(
        self, host: str, kind: Kind, subject: str, *, patience_s: float, beat: Callable[[], None]
    ) -> Iterator[Exchange]:
        """As `mast.traffic.Gate` says."""
        until = time.monotonic() + patience_s
        if not self._is_there():
            with _held_here(host, SLOTS[kind], until, beat):
                yield Unwatched()
            return
        breaker = self._circuit(host, kind)
        _sit_out(breaker, beat)
        with breaker.watched(subject) as watched:

            def waiting() -> None:
                beat()
                if not watched.is_trial:
                    breaker.stop_if_open()

            with self._held(host, SLOTS[kind], until, waiting):
                yield watched

    def rests_for_s(self, host: str, kind: Kind) -> float:
        """Seconds until `host` is tried again for this kind; 0 when it is asked as usual, or nobody knows."""
        return self._circuit(host, kind).rests_for_s() if self._is_there() else 0.0

    def _circuit(self, host: str, kind: Kind) -> Circuit:
        return circuit(self._client, f"traffic:{CIRCUITS[kind]}:{host}")

    def _is_there(self) -> bool:
        try:
            return bool(self._client.ping())
        except RedisError:
            logger.warning("Valkey does not answer; this process keeps to the limit of connections alone")
            return False

    @contextmanager
    def _held(self, host: str, slots: str, until: float, waiting: Callable[[], None]) -> Iterator[None]:
        holders, bell, own = f"traffic:held:{slots}:{host}", f"traffic:bell:{slots}:{host}", uuid.uuid4().hex
        while not self._taken(holders, own, _limit(slots)):
            waiting()
            if time.monotonic() > until:
                raise _no_room(host, slots)
            with suppress(RedisError):
                self._client.blpop([bell], timeout=LOOK_EVERY_S)
        stop = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(holders, own, stop), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()
            with suppress(RedisError):  # the place ends with its lease
                self._give(keys=[holders, bell], args=[own, _limit(slots)])

    def _taken(self, holders: str, own: str, limit: int) -> bool:
        try:
            return bool(self._take(keys=[holders], args=[own, int(self._lease_s * 1000), limit]))
        except RedisError:
            return True  # it went away while we waited; it bears one too many

    def _keep(self, holders: str, own: str, stop: threading.Event) -> None:
        """Renew the lease however long the connection is silent; a place that got lost is taken again."""
        while not stop.wait(self._lease_s / 3):
            self._taken(holders, own, 1_000_000)


def _sit_out(breaker: Circuit, beat: Callable[[], None]) -> None:
    """Wait for the end of a rest that is nearly over."""
    if 0 < (left_s := breaker.rests_for_s()) <= SHORT_REST_S:
        beat()
        time.sleep(left_s)


@cache
def _semaphore(host: str, slots: str, limit: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(limit)


@contextmanager
def _held_here(host: str, slots: str, until: float, waiting: Callable[[], None]) -> Iterator[None]:
    room = _semaphore(host, slots, _limit(slots))
    while not room.acquire(timeout=LOOK_EVERY_S):
        waiting()
        if time.monotonic() > until:
            raise _no_room(host, slots)
    try:
        yield
    finally:
        room.release()


def _no_room(host: str, slots: str) -> Crowded:
    of_all = f"All {_limit(slots)} connections for {slots} that the portal allows itself to {host} are in use"
    return Crowded(f"{of_all}; try again in a moment.", NO_ROOM_S)


@cache
def gate() -> ValkeyGate:
    """The process's gate."""
    return ValkeyGate(cachepool.client(settings.CACHE_URL))
