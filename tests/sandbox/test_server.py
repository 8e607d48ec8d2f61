"""The server: keep-alive, dates, latency, bandwidth, the command and its end."""

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mastportal.sandbox.__main__ import parse_options
from mastportal.sandbox.archive import Archive, Options
from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.server import serve_in_background
from tests.sandbox.asking import Asking

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def held_back(builtin: Holdings) -> Iterator[Asking]:
    server = serve_in_background(Archive(builtin, Options(latency_ms=200, bandwidth_bytes_per_s=250_000)))
    client = Asking(server.url)
    yield client
    client.http.close()
    server.shutdown()
    server.server_close()


def test_one_connection_serves_many_requests(asking: Asking) -> None:
    connection = http.client.HTTPConnection(asking.url.removeprefix("http://"), timeout=5)
    for path in ("/whoami", "/nowhere", "/api/v0.1/Download/file?uri=x", "/whoami"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert not answer.will_close
    connection.close()


def test_every_answer_bears_the_sandboxs_day(asking: Asking) -> None:
    for path in ("/whoami", "/nowhere"):
        assert asking.http.get(path).headers["date"].startswith("Sat, 22 Aug 2026")


def test_latency(held_back: Asking) -> None:
    begun = time.monotonic()
    held_back.http.get("/whoami")
    assert 0.2 <= time.monotonic() - begun < 2


def test_bandwidth_is_per_connection(held_back: Asking) -> None:
    rows = held_back.rows(
        "Mast.Caom.Products", {"obsid": held_back.observations("obsid", proposal_id="1176")[0]["obsid"]}
    )
    row = max(rows[:8], key=lambda row: row["size"])
    begun = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        sizes = [len(answer.content) for answer in pool.map(held_back.file, [row["dataURI"]] * 3)]
    seconds = time.monotonic() - begun
    assert sizes == [row["size"]] * 3
    assert row["size"] / 250_000 <= seconds < 2.5 * row["size"] / 250_000 + 1


def test_many_at_once(asking: Asking, public_product: dict[str, Any]) -> None:
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: asking.file(public_product["dataURI"]), range(96)))
    assert {len(answer.content) for answer in answers} == {public_product["size"]}


def test_bodies_without_length_are_refused(asking: Asking) -> None:
    answer = asking.http.post("/api/v0/invoke", content=iter([b"request="]))
    assert answer.status_code == 411


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mastportal.sandbox", "--port", "0", "--today", "2026-03-04"]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.communicate()


def test_the_command_serves_until_it_is_told_to_stop(process: "subprocess.Popen[str]") -> None:
    assert process.stdout
    line = process.stdout.readline()
    (url,) = re.findall(r"http://[\d.]+:\d+", line)
    client = Asking(url)
    assert client.http.get("/_sandbox/").json()["today"] == "2026-03-04"
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)
    client.http.close()
    assert (process.returncode, errors) == (0, "")


def test_a_port_in_use(asking: Asking) -> None:
    port = asking.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "mastportal.sandbox", "--port", port]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr.startswith("The sandbox cannot listen on 127.0.0.1:")


@pytest.mark.parametrize(
    "arguments", [["--holdings", "/no/such/folder"], ["--today", "tomorrow"], ["--scale", "many"], ["--what"]]
)
def test_options_that_cannot_be(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(arguments)
    assert "error:" in capsys.readouterr().err


def test_defaults() -> None:
    options = parse_options([])
    assert (options.host, options.port, options.holdings, options.scale) == ("127.0.0.1", 8600, None, None)
