"""A real portal to try faults on: `./run` with short limits, its REST interface, its archive's controls."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.archive import Sandbox
from tests.started import Started

ROOT = "/api/v1"
DONE = {"COMPLETED", "ERROR", "ABORTED"}
STALL_S, LEASE_S, SWEEP_S, QUESTION_TIMEOUT_S = 1.0, 4.0, 1.0, 4.0
AT_ONCE = 16
LIMITS = {
    "STALL_S": str(STALL_S),
    "LEASE_S": str(int(LEASE_S)),
    "SWEEP_S": str(SWEEP_S),
    "CONNECT_TIMEOUT_S": "3",
    "QUESTION_TIMEOUT_S": str(QUESTION_TIMEOUT_S),
    "POLL_S": "0.1",
    "FETCH_CONNECTIONS": str(AT_ONCE),
    "HOST_TRANSFERS": str(AT_ONCE),
    "HOST_REST_S": "1",
    "ARCHIVE_PATIENCE_S": "10",
    "STREAM_WAIT_S": "60",
    "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "LOG_LEVEL": "WARNING",
}
LONGEST_POLL_S = 1.5
# Who is told to come back later than this is told that it failed.
LONG_S = 20
Json = dict[str, Any]


class Late(AssertionError):
    """Something took longer than the limits allow."""


class Deadline:
    """A moment by which something must have ended."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s, self._end_s = limit_s, time.monotonic() + limit_s

    @property
    def left_s(self) -> float:
        return self._end_s - time.monotonic()

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Poll `condition` ever more seldom until it gives something true. Raises Late."""
        pause_s = 0.1
        while not (found := condition()):
            if self.left_s < 0:
                raise Late(f"{what} took longer than {self.limit_s:.0f} s")
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.3, LONGEST_POLL_S)
        return found


class Portal:
    """Alice at a portal of her own; safe to be used by several threads."""

    def __init__(self, started: Started) -> None:
        self.started = started
        self.key = started.manage("api_token", "alice").split()[-1]
        self.sandbox = Sandbox(f"http://127.0.0.1:{started.sandbox_port}")
        self.is_shaken = False  # while its parts are being killed
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)  # none to go stale
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{started.port}",
            headers={"Authorization": f"Token {self.key}"},
            timeout=180,
            trust_env=False,
            limits=limits,
        )
        self._setting_faults = threading.Lock()

    def close(self) -> None:
        self.http.close()
        self.sandbox.close()

    def call(self, method: str, path: str, deadline: Deadline | None = None, **sent: Any) -> httpx.Response:
        """One call; again while the portal asks to come back or, where it is being shaken, is down."""
        deadline = deadline or Deadline(120)
        while True:
            answer = self._try(method, path, sent)
            if answer is not None and not self._asks_to_come_back(answer):
                return answer
            if deadline.left_s < 0:
                raise Late(f"{method} {path} had no answer for {deadline.limit_s:.0f} s")
            time.sleep(0.3)

    def _try(self, method: str, path: str, sent: Json) -> httpx.Response | None:
        try:
            return self.http.request(method, ROOT + path, **sent)
        except httpx.TransportError:
            if not self.is_shaken:
                raise
            return None

    def _asks_to_come_back(self, answer: httpx.Response) -> bool:
        return answer.status_code >= 500 and (self.is_shaken or says_when(answer))

    def get(self, path: str, deadline: Deadline | None = None) -> Json:
        answer = self.call("GET", path, deadline)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def finished(self, path: str, deadline: Deadline) -> Json:
        """What is at `path` once its work has ended."""
        return deadline.wait(lambda: (b := self.get(path, deadline))["phase"] in DONE and b, path)

    def fault(self, *faults: Json) -> None:
        """Faults besides those that other threads asked for."""
        with self._setting_faults:
            self.sandbox.faults(*faults)

    @contextmanager
    def others_are_answered(self) -> Iterator[None]:
        """Somebody asks other questions meanwhile, one after the other, and the archive answers those."""
        stop = threading.Event()

        def ask() -> None:
            for number in itertools.count(1):
                if stop.wait(0.5):
                    break
                question = {"collection": "observations", "criteria": {"proposal_id": [str(number)]}}
                self.http.post(f"{ROOT}/searches/count", json=question)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def says_when(answer: httpx.Response) -> bool:
    """Whether it asks to come back: too many streams, a file that another fetches, an archive left alone."""
    return answer.status_code == 503 and int(answer.headers.get("Retry-After", LONG_S)) < LONG_S


def code_of(answer: httpx.Response) -> str:
    """The word of an error in the interface's one shape, empty where it has another."""
    try:
        return str(answer.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""


@contextmanager
def running(sandbox_options: str, **settings: str) -> Iterator[Portal]:
    """A portal of its own, up and well."""
    with TemporaryDirectory(prefix="mastportal-faults-") as folder:
        Path(folder).chmod(0o711)
        staging = Path(folder) / "staging"
        staging.mkdir()
        wishes = LIMITS | settings | {"STAGING_DIR": str(staging), "SANDBOX_OPTIONS": sandbox_options}
        started = Started(Path(folder), **wishes)
        try:
            assert started.start(), started.log.read_text()
            Deadline(60).wait(started.is_well, "a portal that is well")
            portal = Portal(started)
            yield portal
            portal.close()
        finally:
            started.close()
