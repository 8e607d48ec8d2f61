"""What comes in and what goes out: one HTTP request and one HTTP answer, knowing neither sockets nor MAST."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

Headers = list[tuple[str, str]]
MAX_BODY_BYTES = 64 << 20


@dataclass(frozen=True)
class Request:
    """A request whose body has been read; `headers` has lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path alone: the scheme and host of a proxy's absolute-form target are dropped."""
        return unquote(urlsplit(self.target).path) or "/"

    @cached_property
    def query(self) -> str:
        return urlsplit(self.target).query

    @cached_property
    def arguments(self) -> list[tuple[str, str]]:
        """Query arguments first, then those of a form body, in their order."""
        given = parse_qsl(self.query, keep_blank_values=True)
        return given + (parse_qsl(self._text, keep_blank_values=True) if self._is_form else [])

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.arguments if key == name]

    def first(self, name: str, default: str = "") -> str:
        return next(iter(self.all(name)), default)

    def json(self) -> object:
        """The body as JSON; raises ValueError."""
        return orjson.loads(self.body)

    @cached_property
    def question(self) -> dict[str, object]:
        """The Mashup question in the `request` field, empty where there is none that can be read.

        Clients send it percent-encoded; one known client sends the JSON unescaped after `request=`.
        """
        raw = self._text.removeprefix("request=") if self._text.startswith("request=") else ""
        for text in (unquote(raw), raw, self.first("request")):
            try:
                read = orjson.loads(text)
            except ValueError:
                continue
            if isinstance(read, dict):
                return read
        return {}

    @cached_property
    def _text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def _is_form(self) -> bool:
        kind = self.headers.get("content-type", "")
        return self.method == "POST" and "json" not in kind and "multipart" not in kind


@dataclass
class Answer:
    """Status, headers and a body in pieces; `length` is None where the body's size is not known before."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    pieces: Iterable[bytes] = ()
    length: int | None = 0


def whole(body: bytes, media_type: str, status: int = 200, headers: Headers | None = None) -> Answer:
    return Answer(status, [("Content-Type", media_type), *(headers or [])], (body,), len(body))


def as_json(value: object, status: int = 200) -> Answer:
    return whole(orjson.dumps(value), "application/json; charset=utf-8", status)


def plain(status: int, sentence: str = "") -> Answer:
    """An error in one sentence, the status's own words where none is given."""
    return whole((sentence or HTTPStatus(status).phrase).encode(), "text/plain; charset=utf-8", status)
