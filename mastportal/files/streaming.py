"""Owns byte streams to people: ranges, validators, attachments. Knows no files, no bundles."""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header, http_date
from werkzeug.http import parse_if_range_header, parse_range_header, quote_etag, unquote_etag

from mastportal.files.places import TooManyStreams, person_of, places
from mastportal.files.store import give_back_connection

LOOKED_AT_EVERY_BYTES = 1 << 20
MOST_UNSENT_BYTES = 128 << 10
Answer = TypeVar("Answer", bound=HttpResponseBase)


class Closable(Protocol):
    """Pieces of an answer that holds something until it is closed."""

    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None: ...


class RightEnded(Exception):
    """What a running download stood on is gone; its connection breaks, it never ends as if complete."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is streamed: `read(start, stop)` gives its bytes; `etag` is strong, without its quotes.

    `still_allowed` is asked before each MiB but the first; None for what is public. `served` hears once, when
    the answer ends or breaks, how many bytes of it left.
    """

    name: str
    content_type: str
    size_bytes: int
    etag: str
    read: Callable[[int, int], Iterator[bytes]]
    last_modified: datetime | None = None
    still_allowed: Callable[[], bool] | None = None
    served: Callable[[int], None] | None = None


class _Stream:
    """The bytes of one answer; its place is free again when it ends, breaks or is closed unread."""

    def __init__(self, pieces: Iterator[bytes], person: object) -> None:
        self._pieces, self._person, self._open = pieces, person, False
        places.take(person)
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def __del__(self) -> None:
        # An answer that was never sent is never closed: the place must not be lost with it.
        self.close()

    def close(self) -> None:
        if self._open:
            self._open = False
            places.leave(self._person)
            if hasattr(self._pieces, "close"):
                self._pieces.close()


def stream_response(request: HttpRequest, body: Body) -> HttpResponseBase:
    """The body, or the range of it that was asked for, as an attachment; for HEAD its headers alone.

    Gives the database connection back: whoever calls this has asked all it needs. Raises TooManyStreams.
    """
    if _is_known(request, body):
        return _described(HttpResponseNotModified(), body)
    start, stop, status = _range(request, body)
    if status == 416:
        refused = _described(HttpResponse(status=416), body)
        refused["Content-Range"] = f"bytes */{body.size_bytes}"
        return refused
    headers = {"Content-Type": body.content_type, "Content-Length": str(stop - start)}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{body.size_bytes}"
    if request.method == "HEAD":
        return _described(HttpResponse(status=status, headers=headers), body)
    response = _described(StreamingHttpResponse(status=status, headers=headers), body)
    give_back_connection()
    response.streaming_content = _Stream(_pieces(body, start, stop), person_of(request))
    if body.still_allowed is not None:
        _hold_little_back(request)
    return response


def _hold_little_back(request: HttpRequest) -> None:
    """Have the system keep few bytes for a slow reader: what it keeps would leave after a right has ended.

    It makes no transfer slower: bytes on their way to the reader are none of these.
    """
    sending = request.META.get("gunicorn.socket")
    if sending is not None:
        with suppress(OSError):  # a socket that is no TCP connection
            sending.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT_BYTES)


def _pieces(body: Body, start: int, stop: int) -> Iterator[bytes]:
    pieces = body.read(start, stop)
    allowed = pieces if body.still_allowed is None else watched(pieces, body.still_allowed)
    return allowed if body.served is None else counted(allowed, body.served)


def counted(pieces: Iterator[bytes], tell: Callable[[int], None]) -> Generator[bytes, None, None]:
    """The pieces; `tell` hears at the end, however it comes, how many bytes were given, if any were."""
    sent_bytes = 0
    try:
        for piece in pieces:
            sent_bytes += len(piece)
            yield piece
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
        if sent_bytes:
            tell(sent_bytes)


def watched(pieces: Iterator[bytes], still_allowed: Callable[[], bool]) -> Iterator[bytes]:
    """The pieces while they are allowed, looked at once a MiB. Raises RightEnded."""
    sent_bytes = 0
    try:
        for piece in pieces:
            if sent_bytes + len(piece) > LOOKED_AT_EVERY_BYTES and sent_bytes:
                if not still_allowed():
                    raise RightEnded("The right to read these bytes has ended; the download breaks off.")
                sent_bytes = 0
            sent_bytes += len(piece)
            yield piece
    finally:
        if hasattr(pieces, "close"):
            pieces.close()


def unsized_response(
    request: HttpRequest, name: str, content_type: str, pieces: Closable
) -> HttpResponseBase:
    """Bytes whose number nobody knows yet, as an attachment: no ranges, nothing to go on from when it breaks.

    `pieces` are closed however the answer ends. Raises TooManyStreams; they are closed then, too.
    """
    headers = {"Content-Type": content_type, "Accept-Ranges": "none"}
    if request.method == "HEAD":
        pieces.close()
        return _as_attachment(StreamingHttpResponse(iter(()), headers=headers), name)  # no length is added
    response = _as_attachment(StreamingHttpResponse(headers=headers), name)
    try:
        stream = _Stream(pieces, person_of(request))
    except TooManyStreams:
        pieces.close()
        raise
    give_back_connection()
    response.streaming_content = stream
    _hold_little_back(request)
    return response


def _described(response: Answer, body: Body) -> Answer:
    response["ETag"] = quote_etag(body.etag)
    response["Accept-Ranges"] = "bytes"
    _as_attachment(response, body.name)
    if body.last_modified is not None:
        response["Last-Modified"] = http_date(body.last_modified.timestamp())
    return response


def _as_attachment(response: Answer, name: str) -> Answer:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache, no-transform"
    if disposition := content_disposition_header(True, name):
        response["Content-Disposition"] = disposition
    return response


def _is_known(request: HttpRequest, body: Body) -> bool:
    told = request.headers.get("If-None-Match", "")
    return told.strip() == "*" or any(unquote_etag(tag.strip())[0] == body.etag for tag in told.split(","))


def _range(request: HttpRequest, body: Body) -> tuple[int, int, int]:
    """Start, stop and status. Several ranges at once, other units and stale If-Range get the whole body."""
    whole = (0, body.size_bytes, 200)
    asked = parse_range_header(request.headers.get("Range")) if request.method == "GET" else None
    if (
        asked is None
        or asked.units != "bytes"
        or len(asked.ranges) != 1
        or not _still_the_same(request, body)
    ):
        return whole
    start, stop = asked.ranges[0]
    start = max(0, body.size_bytes + start) if start < 0 else start
    stop = body.size_bytes if stop is None else min(stop, body.size_bytes)
    return (start, stop, 206) if start < stop else (0, 0, 416)


def _still_the_same(request: HttpRequest, body: Body) -> bool:
    told = request.headers.get("If-Range", "")
    condition = parse_if_range_header(told)
    if condition.etag is not None:
        return condition.etag == body.etag and not told.startswith("W/")
    if condition.date is not None:
        return body.last_modified is not None and http_date(condition.date.timestamp()) == http_date(
            body.last_modified.timestamp()
        )
    return True
