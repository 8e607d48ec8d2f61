"""What all workers owe a host together: a few requests at once, and a rest when it fails. Counts nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a request is for. A check is as short as a question, and fails where the bytes fail."""

    QUESTION = "questions"
    BYTES = "bytes"
    CHECK = "checks"


class Exchange(Protocol):
    """One request under way; its verdict counts once, the first one said."""

    def answered(self) -> None:
        """The host does its work: told when the answer begins, so that a long body says nothing of it."""

    def failed(self) -> None:
        """The host did not answer as it should. Raises ArchiveRests where that was once too often."""


class Gate(Protocol):
    """Lets a request through when there is room for it."""

    def exchange(
        self, host: str, kind: Kind, subject: str, *, patience_s: float, beat: Callable[[], None]
    ) -> AbstractContextManager[Exchange]:
        """Hold one of the connections to `host` (name and port) that there are for this kind, meanwhile.

        Waits at most `patience_s` for one and calls `beat` about once a second; what that raises ends it.
        `subject` is what is asked for: one that fails alone is no reason to leave the host alone, unless it
        was Unreachable. Unavailable and TimedOut raised inside before `answered` are failures of the host.
        Before anything is sent, raises ArchiveRests while the host is left alone, and Crowded when there was
        no room in time.
        """


class Unwatched:
    """A request that no one counts."""

    def answered(self) -> None:
        """Nothing is made of it."""

    def failed(self) -> None:
        """Nothing is made of it."""


class OpenGate:
    """Lets everything through at once: for one process by itself, that asks little."""

    @contextmanager
    def exchange(
        self, host: str, kind: Kind, subject: str, *, patience_s: float, beat: Callable[[], None]
    ) -> Iterator[Exchange]:
        yield Unwatched()


def nobody_waits() -> None:
    """A `beat` where no work is held meanwhile."""
