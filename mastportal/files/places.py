"""Owns how many long answers run at once in this process, in all and by person. Knows no bytes."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest

RETRY_AFTER_S = 5


class TooManyStreams(Exception):
    """All places for long streams are taken, or all of this person's; worth trying again soon."""

    retry_after_s = RETRY_AFTER_S


class Places:
    """Who holds the threads of this process for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[object] = Counter()

    def take(self, person: object) -> None:
        with self._lock:
            most = max(1, settings.WEB_THREADS * 3 // 4)
            if self._running.total() >= most or self._running[person] >= settings.STREAMS_PER_PERSON:
                raise TooManyStreams("Too many downloads are running; this one may start in a few seconds.")
            self._running[person] += 1

    def leave(self, person: object) -> None:
        with self._lock:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]


places = Places()


@contextmanager
def place(request: HttpRequest) -> Iterator[None]:
    """One of the places meanwhile: who waits for a file to come holds a thread as one who streams does.

    Raises TooManyStreams.
    """
    person = person_of(request)
    places.take(person)
    try:
        yield
    finally:
        places.leave(person)


def person_of(request: HttpRequest) -> object:
    """Whose stream it is: a signed-in person's, else an address's."""
    return getattr(getattr(request, "user", None), "pk", None) or request.META.get("REMOTE_ADDR")
