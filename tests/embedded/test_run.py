"""`./run` itself: up, well, mended after a kill, down without a trace, and up again."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, StartError, State, free_port
from tests.waiting import wait_until

PATIENCE_S = 90
# What the test run itself decided must not reach the portal under test.
OURS = ("DATABASE_URL", "VALKEY_URL", "ARCHIVE_URL", "STORE_DIR", "STATIC_ROOT", "STATIC_STORAGE", "SITE_URL")


class Started:
    """One `./run` on free ports in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[str] | None = None
        self.family: list[psutil.Process] = []

    def start(self) -> str:
        """Start it and give the first line it prints."""
        wishes = {"PORT": str(self.port), "SANDBOX_PORT": str(free_port()), "PORTAL_DATA": str(self.folder)}
        wishes |= {"ARCHIVE": "sandbox", "SANDBOX_OPTIONS": "--scale 40"}
        self._env = {name: value for name, value in os.environ.items() if name not in OURS} | wishes
        self._process = subprocess.Popen(
            python("-m", "mastportal.embedded"),
            env=self._env,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        too_late = threading.Timer(PATIENCE_S, self._process.kill)
        too_late.start()
        line = self._process.stdout.readline()
        too_late.cancel()
        self.family = psutil.Process(self._process.pid).children(recursive=True) if line else []
        return line

    def manage(self, *words: str) -> str:
        """What a management command prints on standard output."""
        command = python("-m", "mastportal.embedded", "manage", *words)
        done = subprocess.run(
            command, env=self._env, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE_S
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def health(self) -> httpx.Response | None:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=10, trust_env=False)
        return None

    def is_well(self) -> bool:
        answer = self.health()
        return answer is not None and answer.status_code == 200

    def web(self) -> psutil.Process | None:
        """The web server's first process, None while there is none."""
        assert self._process
        found = psutil.Process(self._process.pid).children()
        living = [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
        return next((each for each in living if "gunicorn" in each.cmdline()), None)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE_S)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None
        return code

    def close(self) -> None:
        if self._process is not None:
            self.stop()


@pytest.fixture(scope="module")
def portal() -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="mastportal-run-") as folder:
        Path(folder).chmod(0o711)
        started = Started(Path(folder))
        yield started
        started.close()


def test_it_comes_up_is_mended_goes_down_and_comes_up_again(portal: Started) -> None:
    ready = f"Portal ready at http://127.0.0.1:{portal.port}\n"
    assert portal.start() == ready
    wait_until(portal.is_well)
    a_key_made_beside_it_opens_the_api(portal)
    killed_one_is_replaced(portal)
    a_second_one_is_refused(portal)
    assert portal.stop() == 0
    assert [each for each in portal.family if is_alive(each)] == []
    assert portal.start() == ready
    wait_until(portal.is_well)
    assert portal.stop() == 0


def is_alive(process: psutil.Process) -> bool:
    """A zombie has ended; whoever inherited it may not have looked yet."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def a_key_made_beside_it_opens_the_api(portal: Started) -> None:
    key = portal.manage("api_token", "alice").split()[-1]
    headers = {"Authorization": f"Token {key}"}
    url = f"http://127.0.0.1:{portal.port}/api/v1/me"
    assert key.startswith("mpk_")
    assert (
        httpx.get(url, headers=headers, trust_env=False, follow_redirects=True).json()["username"] == "alice"
    )


def killed_one_is_replaced(portal: Started) -> None:
    killed = portal.web()
    assert killed
    killed.kill()
    replaced = wait_until(lambda: (found := portal.web()) != killed and found)
    portal.family.append(replaced)
    wait_until(portal.is_well)


def a_second_one_is_refused(portal: Started) -> None:
    state = State.at(portal.folder)
    assert set(state.running() or {}) == {"postgres", "valkey"}
    with pytest.raises(StartError, match="already runs"), state.only_one():
        pass
