"""Bundles of 100,000 files and of a terabyte, from fresh web processes: first byte, a late range, memory.

The reference is the same range of one sparse plain file of the store, from the same web server.
"""

import io
import json
import signal
import statistics
import subprocess
import time
import zipfile
from collections.abc import Callable
from functools import partial

import httpx
import psutil

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT
from tests.bench.measure import Figure, at_most
from tests.bench.memory import Peak
from tests.bench.portal import Portal, portal

MIB = 1 << 20
ROUNDS, WARMING = 5, 12
STREAMED_BYTES = 2 << 30
BUNDLES = {"100,000 files": ("many", 100_000), "1 TB": ("large", 1024)}
MEMORY_GOAL_MIB = 64


def made(running: Portal) -> dict[str, str]:
    """The rows and sparse files, made in a process of their own."""
    counts = ", ".join(f"{key}={files}" for key, files in BUNDLES.values())
    code = f"from tests.bench.archive_rows import make; make({counts})"
    command = python("-m", "mastportal.embedded", "manage", "shell", "-v", "0", "-c", code)
    done = subprocess.run(
        command, env=running.env, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


class RangeFile(io.RawIOBase):
    """A download as a seekable file, of which zipfile reads only what it needs."""

    def __init__(self, api: httpx.Client, path: str) -> None:
        self._api, self._path, self._at = api, path, 0
        self.size = int(api.head(path).raise_for_status().headers["Content-Length"])

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        stop = min(self._at + len(buffer), self.size)
        if stop <= self._at:
            return 0
        answer = self._api.get(self._path, headers={"Range": f"bytes={self._at}-{stop - 1}"})
        content = answer.raise_for_status().content
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def fresh_web(running: Portal) -> None:
    """New web processes that have served nothing but a few questions, each over a connection of its own."""
    old = {process.pid for process in running.processes("gunicorn")}
    master = next(process for process in running.processes("gunicorn") if process.parent().pid not in old)
    psutil.Process(master.pid).send_signal(signal.SIGHUP)
    while len({process.pid for process in running.processes("gunicorn")} - old) < 2:
        time.sleep(0.1)
    while any(psutil.pid_exists(pid) for pid in old - {master.pid}):
        time.sleep(0.1)
    for _ in range(WARMING):
        running.api.get("me", headers={"Connection": "close"}).raise_for_status()


def range_s(running: Portal, path: str, start: int, length: int) -> float:
    """Seconds until the last byte of a range."""
    began = time.perf_counter()
    headers = {"Range": f"bytes={start}-{start + length - 1}", "Connection": "close"}
    answer = running.api.get(path, headers=headers)
    assert answer.status_code == 206, answer.text
    assert len(answer.content) == length
    return time.perf_counter() - began


def compared(running: Portal, plain: str, ranges: dict[str, tuple[str, int, int]]) -> list[Figure]:
    """Each range (path, start, length) as a fresh web process serves it, against the plain file's."""
    ours: dict[str, list[float]] = {name: [] for name in ranges}
    reference: dict[str, list[float]] = {name: [] for name in ranges}
    for _ in range(ROUNDS):
        fresh_web(running)
        for name, (path, start, length) in ranges.items():
            reference[name].append(range_s(running, plain, start, length))
            ours[name].append(range_s(running, path, start, length))
    return [
        at_most(name, statistics.median(ours[name]), statistics.median(reference[name]), "s", 3)
        for name in ranges
    ]


def check_zip(running: Portal, path: str, files: int) -> None:
    """zipfile finds every member, the last of them where it says, and its checksum right."""
    whole = RangeFile(running.api, path)
    with zipfile.ZipFile(io.BufferedReader(whole, 1 << 20)) as archive:
        members = archive.infolist()
        assert len(members) == files + 4, f"{len(members)} members"
        assert members[-1].header_offset > whole.size - 2 * members[-1].file_size - 200 * files
        with archive.open(members[-1]) as last:
            while last.read(MIB):
                pass


def memory(running: Portal, name: str, work: Callable[[], object]) -> Figure:
    """How far the web processes grow while `work` goes on."""
    web = Peak(lambda: running.processes("gunicorn"))
    with web.watching():
        work()
    before, grown = web.before_mib, web.growth_mib
    goal = f"<= {MEMORY_GOAL_MIB} MiB"
    return Figure(f"{name}: web growth", grown, before, "MiB", grown / before, goal, grown <= MEMORY_GOAL_MIB)


def stream(running: Portal, path: str, most_bytes: int) -> None:
    """Read so many bytes from the beginning."""
    got = 0
    with running.api.stream("GET", path, headers={"Range": f"bytes=0-{most_bytes - 1}"}) as answer:
        for piece in answer.raise_for_status().iter_raw(MIB):
            got += len(piece)
    assert got == most_bytes


def run() -> list[Figure]:
    """For each bundle: first byte, a late range, growth of the web processes; and zipfile accepts it."""
    with portal() as running:
        rows = made(running)
        paths = {name: f"bundles/{rows[key]}/download" for name, (key, _) in BUNDLES.items()}
        ranges = {}
        for name, path in paths.items():
            late = RangeFile(running.api, path).size - 40 * MIB  # before the directory of 100,000 files
            ranges[f"{name}: first byte"] = (path, 0, 1)
            ranges[f"{name}: 1 MiB near the end"] = (path, late, MIB)
        figures = compared(running, f"products/download?uri={rows['plain']}", ranges)
        for name, path in paths.items():
            figures.append(memory(running, name, partial(stream, running, path, STREAMED_BYTES)))
            check_zip(running, path, BUNDLES[name][1])
    return figures
