"""What an answer to a request for bytes promises, and what one without bytes means. Sends nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import requests
import urllib3

from mastportal.mast.byte_source import Source
from mastportal.mast.connection import is_unreachable
from mastportal.mast.errors import ArchiveError, NotFound, Refused, TimedOut, Unavailable, Unreachable

PIECE_BYTES = 256 << 10
SILENT = "The archive was silent for too long."
# More digits than a size can have are no size.
_SIZE = re.compile(r"[0-9]{1,18}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


class ComeBackLater(Unavailable):
    """The archive is too busy and said for how many seconds."""

    def __init__(self, message: str, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


class NoSuchPart(Unavailable):
    """The server has no such part of the file as was asked for: what is here may not be its beginning."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An open answer with data: what it promises, and its bytes from `first_byte` on."""

    first_byte: int
    total_bytes: int | None
    etag: str
    last_modified: str
    read: Callable[[int], bytes | None]

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, up to 256 KiB at once. Raises Unavailable and TimedOut."""
        while piece := self._piece():
            yield piece

    def _piece(self) -> bytes | None:
        with plain_errors():
            return self.read(PIECE_BYTES)


def answer_of(response: requests.Response, source: Source) -> Answer:
    headers = response.headers
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html" and not source.name.lower().endswith((".html", ".htm")):
        raise Unavailable(f"The archive sent a web page instead of {source.name}.")
    if headers.get("Content-Encoding", "identity") != "identity":
        raise Unavailable(f"The archive sent {source.name} in a packing that was not asked for.")
    length = headers.get("Content-Length", "")
    first, total = 0, int(length) if _SIZE.fullmatch(length) else None
    if response.status_code == 206:
        first, total = _content_range(headers.get("Content-Range", ""), total)
    read = partial(response.raw.read1, decode_content=False)
    return Answer(first, total, headers.get("ETag", ""), headers.get("Last-Modified", ""), read)


def whole_bytes(response: requests.Response) -> int | None:
    """The length of the whole file, as an answer with a part of it tells; None where it does not."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(found[3]) if found and found[3] != "*" else None


def _content_range(text: str, length: int | None) -> tuple[int, int | None]:
    found = _CONTENT_RANGE.fullmatch(text)
    if not found:
        return -1, None
    first, last = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    runs_to_end = total is None or last == total - 1
    return (first, total) if runs_to_end and length in (None, last - first + 1) else (-1, None)


def archive_error(response: requests.Response, source: Source) -> ArchiveError:
    """What a status other than success means."""
    status, name = response.status_code, source.name
    if status in (401, 403):
        return Refused(
            f"The archive gives {name} only to people its programme has admitted (answer {status})."
        )
    if status in (404, 410):
        return NotFound(f"The archive has no file {source.data_uri}.")
    if status in (429, 503) and (after_s := _retry_after_s(response.headers.get("Retry-After", ""))):
        return ComeBackLater(f"The archive is busy and did not send {name} (answer {status}).", after_s)
    if status == 416:
        return NoSuchPart(f"The archive has no such part of {name} as was asked for (answer {status}).")
    if status in (408, 425, 429) or status >= 500:
        return Unavailable(f"The archive could not send {name} (answer {status}); it may later.")
    return ArchiveError(f"The archive did not send {name} (answer {status}).")


def _retry_after_s(text: str) -> float:
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo else 0.0


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors of the libraries below as errors of the archive."""
    try:
        yield
    except requests.RequestException as error:
        raise _in_our_words(error) from error
    except urllib3.exceptions.TimeoutError as error:
        raise TimedOut(SILENT) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unavailable(f"The connection to the archive broke ({type(error).__name__}).") from error


def _in_our_words(error: requests.RequestException) -> ArchiveError:
    if is_unreachable(error):
        return Unreachable("The archive cannot be reached.")
    if isinstance(error, requests.Timeout):
        return TimedOut(SILENT)
    return Unavailable(f"The connection to the archive broke ({type(error).__name__}).")
