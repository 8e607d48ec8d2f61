"""Faults a test asks for, and the journal of requests. Knows requests and answers, never sockets."""

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import unquote

from .wire import Answer, Request, as_json, plain, whole

KINDS = ("status", "reset", "truncate", "stall", "slow", "html", "flip", "executing", "bad-json")
IN_THE_BODY = ("truncate", "slow", "flip")
WITHOUT_A_BODY = (204, 205, 304)
LEAST = {"times": 0, "after_bytes": 0, "bytes_per_s": 1, "status": 200, "retry_after_s": 0}
MAY_BE_NULL = ("times", "after_bytes", "retry_after_s")


@dataclass
class Fault:
    """One fault: `times` None means until it is cleared; `after_bytes` counts bytes of the body sent."""

    match: re.Pattern[str]
    fault: str
    times: int | None = None
    after_bytes: int | None = None
    status: int = 503
    bytes_per_s: int = 1000
    retry_after_s: int | None = None

    @property
    def needs_a_body(self) -> bool:
        return self.fault in IN_THE_BODY or self.after_bytes is not None


def parse_fault(given: object) -> Fault:
    """Raises ValueError with a sentence for the test's author."""
    if not isinstance(given, dict):
        raise ValueError("a fault is an object")
    unknown = set(given) - {
        "match",
        "fault",
        "times",
        "after_bytes",
        "status",
        "bytes_per_s",
        "retry_after_s",
    }
    if unknown:
        raise ValueError(f"unknown keys in a fault: {', '.join(sorted(unknown))}")
    if given.get("fault") not in KINDS:
        raise ValueError(f"fault must be one of {', '.join(KINDS)}")
    try:
        match = re.compile(str(given.get("match", "")))
    except re.error as error:
        raise ValueError(f"match is not a regular expression: {error}") from error
    fault = Fault(match, **{key: given[key] for key in given if key != "match"})
    _check_numbers(fault)
    return fault


def _check_numbers(fault: Fault) -> None:
    for name, least in LEAST.items():
        value = getattr(fault, name)
        if value is None and name in MAY_BE_NULL:
            continue
        if type(value) is not int or value < least:
            raise ValueError(f"{name} must be a whole number from {least}")
    if fault.status in WITHOUT_A_BODY or fault.status not in set(HTTPStatus):
        raise ValueError(f"status must be one of HTTP's that come with a body, not {fault.status}")


class FaultList:
    """The faults in force, the first that matches a request is spent on it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self.cleared = threading.Event()

    def add(self, faults: Iterable[Fault]) -> int:
        """Adds to those in force and returns how many there are now."""
        with self._lock:
            self._faults += faults
            return len(self._faults)

    def clear(self) -> None:
        """Also lets go the connections that a fault holds still."""
        with self._lock:
            self._faults = []
            self.cleared.set()
            self.cleared = threading.Event()

    def take(self, request: Request, service: str) -> Fault | None:
        """A fault in the body is not spent on a HEAD, which has none."""
        texts = _texts_to_match(request, service)
        with self._lock:
            for fault in self._faults:
                if fault.times == 0 or (request.method == "HEAD" and fault.needs_a_body):
                    continue
                if any(fault.match.search(text) for text in texts):
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault
        return None


def _texts_to_match(request: Request, service: str) -> set[str]:
    """Path and query as sent and unquoted; a question's service counts as if it stood in the query,

    too, alone and with its parameters by name: `…/invoke?service=Mast.Caom.Products&obsid=87600123`.
    """
    target = request.path + (f"?{request.query}" if request.query else "")
    texts = {target, unquote(target)}
    if not service:
        return texts
    asked = f"{request.path}?service={service}"
    return texts | {asked, asked + _parameters_of(request)}


def _parameters_of(request: Request) -> str:
    params = request.question.get("params")
    given = sorted(params.items()) if isinstance(params, dict) else []
    return "".join(f"&{name}={value}" for name, value in given)


def instead(fault: Fault) -> Answer | None:
    """The answer that stands in for the archive's own, or None where the fault lies in the sending."""
    match fault.fault:
        case "status":
            answer = plain(fault.status)
            if fault.retry_after_s is not None:
                answer.headers.append(("Retry-After", str(fault.retry_after_s)))
            return answer
        case "html":
            page = b"<!DOCTYPE html><html><body><h1>The archive is down for maintenance</h1></body></html>"
            return whole(page, "text/html; charset=utf-8")
        case "executing":
            return as_json({"status": "EXECUTING", "msg": ""})
        case "bad-json":
            return whole(b'{"status": "COMPLETE", "msg": "", "data": [{"obsid": 1', "application/json")
    return None


def flipped(answer: Answer, at: int | None) -> Answer:
    """One bit of the body turned, at byte `at` or in the middle; length and headers stay."""
    where = at if at is not None else (answer.length or 2) // 2
    return Answer(answer.status, answer.headers, _flip(answer.pieces, where), answer.length)


def _flip(pieces: Iterable[bytes], where: int) -> Iterator[bytes]:
    start = 0
    for piece in pieces:
        if start <= where < start + len(piece):
            turned = bytearray(piece)
            turned[where - start] ^= 0x01
            yield bytes(turned)
        else:
            yield piece
        start += len(piece)


@dataclass
class Entry:
    """One line of the journal, filled in while the request is answered."""

    n: int
    method: str
    path: str
    service: str
    uri: str
    range: str
    who: str
    at: str
    status: int | None = None
    bytes: int = 0


@dataclass
class Journal:
    """Every request in order, written when it starts; the oldest are dropped past `keep`."""

    keep: int = 200_000
    _entries: list[Entry] = field(default_factory=list)
    _last: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, request: Request, service: str, uri: str, who: str) -> Entry:
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._lock:
            self._last += 1
            entry = Entry(
                self._last, request.method, request.path, service, uri,
                request.headers.get("range", ""), who, at,
            )  # fmt: skip
            self._entries.append(entry)
            if len(self._entries) > self.keep:
                del self._entries[: self.keep // 10]
        return entry

    def since(self, n: int) -> list[Entry]:
        """Entries after number `n`, which is itself left out."""
        with self._lock:
            first = self._entries[0].n if self._entries else 1
            return self._entries[max(0, n + 1 - first) :]
