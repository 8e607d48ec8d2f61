"""A server whose every answer the test writes, and archives that are waited for shortly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from mastportal.mast.connection import Archive

WHO_ASKS = "mastportal-tests/1 (admin@lab.example)"


@dataclass
class Question:
    """A request as a server sees it; `asked` is the Mashup request object, if it is one."""

    method: str
    path: str
    headers: dict[str, str]
    asked: dict[str, Any]


@dataclass
class Stub:
    """A server whose every answer the test writes: status, headers, body."""

    url: str = ""
    seen: list[Question] = field(default_factory=list)
    answer: Callable[[Question], tuple[int, dict[str, str], bytes]] = lambda _: (200, {}, b"{}")


@contextmanager
def stub_server() -> Iterator[Stub]:
    stub = Stub()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            sent = parse_qs(body).get("request", ["{}"])[0]
            stub.seen.append(Question(self.command, self.path, dict(self.headers), json.loads(sent)))
            status, headers, answer = stub.answer(stub.seen[-1])
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hurried(url: str, **changes: float) -> Archive:
    """An archive at `url` that is waited for shortly."""
    patience = {"connect_timeout_s": 2, "stall_s": 30, "question_timeout_s": 60, "poll_s": 0.02} | changes
    return Archive(url, WHO_ASKS, **patience)
