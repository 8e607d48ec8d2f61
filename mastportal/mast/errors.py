"""What can go wrong with the archive, each error's text one plain sentence for people; imports nothing."""

from collections.abc import Mapping
from typing import ClassVar


class ArchiveError(Exception):
    """Anything the archive, or a question to it, failed with."""

    retryable: ClassVar[bool] = False


class Unavailable(ArchiveError):
    """The archive did not answer as an archive does: 5xx, no connection, HTML or broken JSON."""

    retryable = True


class Unreachable(Unavailable):
    """No connection to the host came about, whatever was to be asked."""


class ArchiveRests(Unavailable):
    """The archive is left alone for a while: it failed too often, or asked for that itself.

    Asking again at once is no use; after `after_s` seconds it may be. Where this very request was sent and
    failed, `down_s` is for how long it has failed with no other answered either; 0 where it was not sent.
    """

    retryable = False

    def __init__(self, message: str, after_s: float, down_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s, self.down_s = after_s, down_s


class AskedToWait(ArchiveRests):
    """It named a time, for this one request, that is too long to be waited for on the spot."""


class Crowded(ArchiveRests):
    """Nothing was sent: all connections to the host that we allow ourselves were taken for too long."""


class TimedOut(ArchiveError):
    """The archive was silent, or still busy with the question, for longer than we wait."""

    retryable = True


class Refused(ArchiveError):
    """401 or 403: these bytes or this page need a token that is authorised for them."""


class NotFound(ArchiveError):
    """The archive knows no such name, file or observation.

    `suggestion` is the body of a search that may find what was meant, None where there is none.
    """

    suggestion: Mapping[str, object] | None = None


class BadQuestion(ArchiveError):
    """The question itself is at fault; `field` names the part of it a person should mend."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooMany(BadQuestion):
    """More rows match than may be fetched: `count` of at most `limit`."""

    def __init__(self, message: str, count: int, limit: int, field: str = "") -> None:
        super().__init__(message, field)
        self.count = count
        self.limit = limit


def may_pass(error: Exception) -> bool:
    """Whether the same, asked again soon, may go well."""
    return isinstance(error, ArchiveError) and error.retryable
