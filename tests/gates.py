"""A gate of a test's own in Valkey, and requests through it that are answered or fail."""

import pytest
from redis import Redis

from mastportal import traffic
from mastportal.mast.errors import ArchiveRests, TimedOut, Unavailable
from mastportal.mast.traffic import Gate, Kind, nobody_waits

HOST = "archive.example:1"


def gate_of(client: Redis, settings) -> traffic.ValkeyGate:
    """Two files and three questions at once; after three failures a rest of some minutes."""
    client.flushdb()
    settings.HOST_FAILURES, settings.HOST_REST_S = 3, 1000
    settings.HOST_TRANSFERS, settings.HOST_QUESTIONS = 2, 3
    return traffic.ValkeyGate(client)


def through(gate: Gate, subject="mast:a", kind=Kind.BYTES, host=HOST, patience_s=5.0, beat=nobody_waits):
    return gate.exchange(host, kind, subject, patience_s=patience_s, beat=beat)


def fail(gate, subject, error=Unavailable, seen=None, **options):
    with pytest.raises(seen or error), through(gate, subject, **options):
        raise error("no answer")


def opened(gate, subjects="abc"):
    """The gate, its host left alone because so many files failed one after the other."""
    *first, last = subjects
    for subject in first:
        fail(gate, subject)
    fail(gate, last, TimedOut, ArchiveRests)
    return gate
