"""An HTTP server of products that a test can make misbehave, request by request, as no archive documents."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Behaviour = Callable[["Answering"], None]


@dataclass
class Seen:
    method: str
    uri: str
    range: str
    authorization: str
    headers: dict[str, str]
    connection: int


@dataclass
class ByteServer:
    """`files` by dataURI; `script` holds what the next requests do instead of plain serving."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    restricted: dict[str, str] = field(default_factory=dict)
    script: list[Behaviour] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)


class Answering(BaseHTTPRequestHandler):
    """One request; `serve` is the well-behaved answer, with its parts open to change."""

    protocol_version = "HTTP/1.1"
    server_state: ByteServer

    def do_GET(self) -> None:
        uri = parse_qs(urlsplit(self.path).query).get("uri", [self.path])[0]
        self.uri, state = uri, self.server_state
        state.seen.append(
            Seen(
                self.command,
                uri,
                self.headers.get("Range", ""),
                self.headers.get("Authorization", ""),
                dict(self.headers),
                self.client_address[1],
            )
        )
        behave = state.script.pop(0) if state.script else Answering.serve
        behave(self)

    do_HEAD = do_GET  # noqa: N815

    def serve(self, cut_at: int | None = None, etag: str | None = None, **headers: str) -> None:
        state = self.server_state
        needed = state.restricted.get(self.uri)
        if needed and self.headers.get("Authorization") != f"token {needed}":
            return self.status(401)
        if self.uri not in state.files:
            return self.status(404)
        body = state.files[self.uri]
        etag = state.etags.get(self.uri, '"v1"') if etag is None else etag
        first = 0
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", etag) == etag:
            first = int(asked[1])
            headers.setdefault("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send(206 if "Content-Range" in headers else 200, body[first:], cut_at, ETag=etag, **headers)
        return None

    def send(self, status: int, body: bytes, cut_at: int | None = None, **headers: str) -> None:
        self.send_response(status)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut_at])
        if cut_at is not None:
            self.close_connection = True

    def status(self, status: int, **headers: str) -> None:
        self.send(status, b"no", **headers)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def cut(at: int, **headers: str) -> Behaviour:
    return lambda answering: answering.serve(cut_at=at, **headers)


def status(code: int, **headers: str) -> Behaviour:
    return lambda answering: answering.status(code, **headers)


@contextmanager
def serving() -> Iterator[ByteServer]:
    state = ByteServer()
    handler = type("Handler", (Answering,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
