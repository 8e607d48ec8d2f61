"""Single files: who may have them, and which bytes. Knows nothing of lists or questions."""

from collections.abc import Iterator
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from .holdings import Holdings, Product
from .identity import refusal, token_of
from .wire import Answer, Headers, Request, plain

PIECE_BYTES = 1 << 20


def file(holdings: Holdings, request: Request, uri: str) -> Answer:
    """HEAD and GET, whole or one byte range: 200, 206, 400, 401, 403, 404 or 416."""
    if not uri:
        return plain(400, "uri is missing.")
    product = holdings.product(uri)
    if product is None:
        return plain(404, f"No such file: {uri}")
    refused = refusal(token_of(request), product, holdings)
    if refused:
        return plain(refused, "This file is under exclusive access.")
    return send(product, request)


def send(product: Product, request: Request) -> Answer:
    """A file that may be had: whole, or the range asked for."""
    name = product.uri.rsplit("/", 1)[-1]
    headers: Headers = [
        ("Content-Type", product.media_type),
        ("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name)}"),
        ("Accept-Ranges", "bytes"),
        ("ETag", product.etag),
        ("Last-Modified", format_datetime(product.last_modified, usegmt=True)),
    ]
    size = product.size_bytes
    asked = request.headers.get("range", "") if _is_same(product, request) else ""
    part = parse_range(asked, size)
    if part is None:
        return Answer(200, headers, _pieces(product, 0, size), size)
    start, stop = part
    if start >= stop:
        answer = plain(416)
        return Answer(
            416, [*answer.headers, ("Content-Range", f"bytes */{size}")], answer.pieces, answer.length
        )
    headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{size}"))
    return Answer(206, headers, _pieces(product, start, stop), stop - start)


def _pieces(product: Product, start: int, stop: int) -> Iterator[bytes]:
    for at in range(start, stop, PIECE_BYTES):
        yield product.read(at, min(at + PIECE_BYTES, stop))


def _is_same(product: Product, request: Request) -> bool:
    """If-Range: a strong tag or the exact date, else the range is not honoured."""
    condition = request.headers.get("if-range", "").strip()
    if not condition or condition.startswith(('"', "W/")):
        return condition in ("", product.etag)
    try:
        return parsedate_to_datetime(condition) == product.last_modified.replace(microsecond=0)
    except (TypeError, ValueError):
        return False


def parse_range(text: str, size: int) -> tuple[int, int] | None:
    """Start and stop of a single byte range, None to send all, start >= stop where it cannot be met."""
    unit, _, spans = text.partition("=")
    first, dash, last = (part.strip() for part in spans.partition("-"))
    if unit.strip() != "bytes" or not dash or not (first + last).isdecimal():
        return None
    if not first:
        return (size, size) if int(last) == 0 else (max(0, size - int(last)), size)
    start, stop = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return (start, stop) if start < size else (size, size)
