"""Memory growth of web and worker for a 2 GB file, and of the worker for 500,000 rows asked and kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from tests.bench.bundle import bundled, choose, filled_basket
from tests.bench.measure import Figure
from tests.bench.portal import Portal, portal

MIB = 1024**2
FILE_MIB = 64
ROWS = 500_000


class Peak:
    """How far the resident memory of each of some processes grows while something else goes on."""

    def __init__(self, find: Callable[[], list[psutil.Process]]) -> None:
        self._find, self._stop = find, threading.Event()
        self._start = self._now()
        self._peak = dict(self._start)
        self._thread = threading.Thread(target=self._watch)

    def _now(self) -> dict[int, int]:
        sizes = {}
        for process in self._find():
            with suppress(psutil.NoSuchProcess):
                sizes[process.pid] = process.memory_info().rss
        return sizes

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for pid, size_bytes in self._now().items():
                self._peak[pid] = max(size_bytes, self._peak.get(pid, 0))

    @contextmanager
    def watching(self) -> Iterator["Peak"]:
        self._thread.start()
        yield self
        self._stop.set()
        self._thread.join()

    @property
    def before_mib(self) -> float:
        """Of the smallest of them; a process that came later is measured against it, too."""
        return min(self._start.values()) / MIB

    @property
    def growth_mib(self) -> float:
        """Of the one that grew most."""
        least = min(self._start.values())
        return max(size - self._start.get(pid, least) for pid, size in self._peak.items()) / MIB


def _figure(name: str, peak: Peak, goal_mib: int) -> Figure:
    """Growth in MiB; the reference is the same process before the work."""
    before_mib, grown = peak.before_mib, peak.growth_mib
    return Figure(name, grown, before_mib, "MiB", grown / before_mib, f"<= {goal_mib} MiB", grown <= goal_mib)


def _download(running: Portal, path: str) -> int:
    size = 0
    with running.api.stream("GET", path) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw(MIB):
            size += len(piece)
    return size


def file_figures(file_bytes: int, words: str) -> list[Figure]:
    """Growth of the fetch worker and of the web processes for one file of about that size.

    One small file is fetched first, so that what every process loads once is not counted as growth.
    """
    with portal(f"--file-bytes {file_bytes}") as running:
        basket, uris = filled_basket(running, 40)
        sizes = {row["dataURI"]: row["size"] for row in _products(running, basket)}
        small, big = (min(uris, key=lambda uri: abs(sizes[uri] - size)) for size in (0, file_bytes))
        choose(running, basket, [small])
        _download(running, f"bundles/{bundled(running, basket)}/download")
        choose(running, basket, [big])
        worker = Peak(lambda: running.processes("fetch@"))
        with worker.watching():
            bundle = bundled(running, basket)
        web = Peak(lambda: running.processes("gunicorn"))
        with web.watching():
            size = _download(running, f"bundles/{bundle}/download")
        assert size >= 0.9 * file_bytes, f"the bundle has only {size} bytes"
    return [
        _figure(f"fetch worker, {words} file", worker, FILE_MIB),
        _figure(f"web, {words} file", web, FILE_MIB),
    ]


def _products(running: Portal, basket: str) -> list[dict[str, Any]]:
    answer = running.api.get(f"baskets/{basket}/products", params={"page_size": "1000"})
    rows: list[dict[str, Any]] = answer.raise_for_status().json()["rows"]
    return rows


def _many_rows() -> list[Figure]:
    with portal(f"--scale {ROWS}", ROW_LIMIT="1000000") as running:
        running.search({"collection": "programs", "programs": "1073"})
        worker = Peak(lambda: running.processes("ask@"))
        with worker.watching():
            found = running.search(
                {"collection": "observations", "criteria": {"obs_collection": ["JWST", "HST"]}}
            )
        assert found["row_count"] >= ROWS, f"only {found['row_count']} rows"
    return [_figure("ask worker, 500,000 rows", worker, 1024)]


def run() -> list[Figure]:
    """Three figures: growth in MiB, and what the process had before."""
    return [*file_figures(2 * 1024**3, "2 GB"), *_many_rows()]
