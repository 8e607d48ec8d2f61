"""Owns the reference for downloads: one plain file on disk, as gunicorn alone serves it."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, free_port

PIECE_BYTES = 1 << 20


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The file that PLAIN_FILE names, whole, by the server's own way of sending files."""
    path = Path(os.environ["PLAIN_FILE"])
    length = ("Content-Length", str(path.stat().st_size))
    start_response("200 OK", [("Content-Type", "application/octet-stream"), length])
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](path.open("rb"), PIECE_BYTES)
    return wrapped


@contextlib.contextmanager
def plain_file(size_bytes: int) -> Iterator[httpx.Client]:
    """A client of a server that has one file of that size, of no sparse bytes."""
    with tempfile.TemporaryDirectory(prefix="mastportal-bench-") as folder:
        path, port = Path(folder, "plain"), free_port()
        with path.open("wb") as file:
            for at in range(0, size_bytes, PIECE_BYTES):
                file.write(os.urandom(min(PIECE_BYTES, size_bytes - at)))
        command = python("-m", "gunicorn", "tests.bench.plain:application", "--no-control-socket")
        command += [
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "4",
        ]
        env = os.environ | {"PLAIN_FILE": str(path)}
        server = subprocess.Popen(command, env=env, cwd=CHECKOUT, stderr=subprocess.DEVNULL)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/", timeout=60, trust_env=False) as client:
                _wait_for(client)
                yield client
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(client: httpx.Client) -> None:
    for _ in range(200):
        with contextlib.suppress(httpx.TransportError), client.stream("GET", ""):
            return
        time.sleep(0.05)
    raise AssertionError("the plain file's server did not start")
