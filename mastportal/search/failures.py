"""Owns what a person is told when there are no rows, and the words by which programs know it. Asks nobody."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

from accounts import archive
from mastportal.mast.errors import (
    ArchiveError,
    BadQuestion,
    NotFound,
    Refused,
    TimedOut,
    TooMany,
    Unavailable,
)
from mastportal.work import SERVICE_IS_AWAY, Lease, LeaseLost

logger = logging.getLogger(__name__)
BROKE = "Something broke here while asking the archive; the administrator's log says what."
# The most particular kind first.
_KINDS: list[tuple[type[ArchiveError], str]] = [
    (TooMany, "too_many"),
    (BadQuestion, "bad_question"),
    (NotFound, "not_found"),
    (Refused, "archive_refused"),
    (TimedOut, "archive_timed_out"),
    (Unavailable, "archive_unavailable"),
    (ArchiveError, "archive_error"),
]
# What the REST interface answers for each.
HTTP_STATUS = {
    "too_many": 422,
    "bad_question": 400,
    "not_found": 404,
    "archive_refused": 502,
    "archive_error": 502,
    "archive_timed_out": 503,
    "archive_unavailable": 503,
    "not_ready": 409,
    "expired": 404,
    "broken": 409,
}
PASSING = frozenset({"archive_timed_out", "archive_unavailable"})


class NoRows(Exception):
    """A search has no rows to show; `code` says why, the text is one plain sentence."""

    code: ClassVar[str] = "no_rows"


class NotReady(NoRows):
    """The archive is still being asked."""

    code = "not_ready"


class Expired(NoRows):
    """There were rows, kept for their time."""

    code = "expired"


class Broken(NoRows):
    """The kept rows cannot be read any more."""

    code = "broken"


class Failed(NoRows):
    """The question failed; `kind` is that of the archive's error."""

    code = "failed"

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def kind_of(error: ArchiveError) -> str:
    """The word by which programs know this error; the same as in the REST interface's error shape."""
    return next(kind for known, kind in _KINDS if isinstance(error, known))


@contextmanager
def reported(lease: Lease, failed: Callable[[str, str], None]) -> Iterator[None]:
    """Work under `lease`, held meanwhile: what goes wrong is handed to `failed` as a sentence and a kind.

    Who has lost the lease writes nothing: another worker has the question now.
    """
    with suppress(LeaseLost):
        try:
            with lease.held():
                yield
        except LeaseLost:
            logger.info("%s %s was taken over by another worker", lease.model.__name__, lease.pk)
        except ArchiveError as error:
            archive.note_failure(error)
            failed(str(error), kind_of(error))
        except SERVICE_IS_AWAY:
            logger.warning("%s %s is left", lease.model.__name__, lease.pk, exc_info=True)
        except Exception:
            logger.exception("%s %s failed", lease.model.__name__, lease.pk)
            failed(BROKE, "internal")
