"""Requests to addresses that people name: where they may go, how long and how much; against a real server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from accounts import archive
from mastportal import outgoing
from mastportal.mast import transfer
from mastportal.mast.byte_source import Remote
from mastportal.outgoing import OutgoingRefused


class Answers(BaseHTTPRequestHandler):
    """What servers of other people do, by the path."""

    elsewhere = ""

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            return self._head(302, Location=self.elsewhere)
        if self.path == "/packed":
            return self._head(200, **{"Content-Encoding": "gzip", "Content-Length": "0"})
        self._head(200)
        if self.path == "/slow":
            return self._trickle()
        self.wfile.write(b"x" * (100_000 if self.path == "/large" else 10))
        return None

    def do_POST(self) -> None:
        self.do_GET()

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _trickle(self) -> None:
        stop = self.server.stop  # type: ignore[attr-defined]
        try:
            while not stop.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            return

    def log_message(self, *_args: object) -> None:
        """Nothing: the test says what came."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.stop = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.stop.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def there() -> Iterator[str]:
    with served() as url:
        yield url


INSIDE = [
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://10.1.2.3:8080/hook",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://224.0.0.1/",
    "http://localhost/",
]
NO_ADDRESS = [
    "",
    "hook",
    "ftp://8.8.8.8/",
    "file:///etc/passwd",
    "http://",
    "http://8.8.8.8:99999/",
    "http://[oo/",
    "http://name:secret@8.8.8.8/",
    "http://8.8.8.8/\r\nX: y",
    "http://8.8.8.8 /",
    "https://no-such-host.invalid/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_addresses_inside_the_house_are_refused(url: str) -> None:
    with pytest.raises(OutgoingRefused, match="inside this network"):
        outgoing.check(url)


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(OutgoingRefused):
        outgoing.check(url)


def test_an_address_outside_is_taken() -> None:
    outgoing.check("https://8.8.8.8/hook?of=mine")
    outgoing.check("http://[2606:4700:4700::1111]:8080/")


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8065/hook"),
        ("localhost:8065", "http://localhost:8065/hook"),
        ("10.0.0.0/8", "http://10.1.2.3/hook"),
        ("::1", "http://[::1]/hook"),
        ("fd00::/8", "http://[fd00::1]/hook"),
    ],
)
def test_what_the_administrator_allows_is_taken(allowed: str, url: str, settings: Any) -> None:
    settings.OUTGOING_ALLOWED = [allowed]
    outgoing.check(url)
    with pytest.raises(OutgoingRefused):
        outgoing.check("http://192.168.7.7/hook")


def test_the_client_connects_nowhere_else(there: str) -> None:
    with outgoing.client() as client, pytest.raises(OutgoingRefused, match="inside this network"):
        client.post(there, json={})


def test_a_redirect_is_checked_again(there: str) -> None:
    with served() as other:
        Answers.elsewhere = f"{other}/small"
        host = there.removeprefix("http://")
        with outgoing.client(also=[host], redirects=3) as client, pytest.raises(OutgoingRefused):
            client.get(f"{there}/elsewhere")
        both = [host, other.removeprefix("http://")]
        with outgoing.client(also=both, redirects=3) as client:
            assert client.get(f"{there}/elsewhere").content == b"x" * 10
        with outgoing.client(also=both) as client:
            assert client.get(f"{there}/elsewhere").status_code == 302


def test_time_and_size_are_bounded(there: str, settings: Any) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.0/8"]
    with outgoing.client(most_bytes=50_000) as client, pytest.raises(OutgoingRefused, match="larger"):
        client.get(f"{there}/large")
    with outgoing.client(total_s=0.3) as client, pytest.raises(httpx.ReadTimeout):
        client.get(f"{there}/slow")
    with outgoing.client() as client, pytest.raises(OutgoingRefused, match="compressed"):
        client.get(f"{there}/packed")


def test_a_partner_site_inside_the_house_stays_a_link(there: str, settings: Any, tmp_path: Path) -> None:
    def fetched() -> bytes:
        kept = tmp_path / "kept"
        transfer.fetch(archive.archive(), f"{there}/file.txt", kept, allowed_hosts=["127.0.0.1"])
        return kept.read_bytes()

    with pytest.raises(Remote, match="inside this network"):
        fetched()
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]
    assert fetched() == b"x" * 10
