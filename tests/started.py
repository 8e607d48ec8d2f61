"""One `./run` for tests that need the real thing: free ports, its own folder, settings by environment."""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, free_port

PATIENCE_S = 240
# What the test run itself decided must not reach the portal under test.
OURS = ("DATABASE_URL", "VALKEY_URL", "ARCHIVE_URL", "STORE_DIR", "STATIC_ROOT", "STATIC_STORAGE", "SITE_URL")


class Started:
    """One `./run` on free ports in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port, self.sandbox_port = folder, free_port(), free_port()
        self._settings = {"SANDBOX_OPTIONS": "--scale 40", **settings}
        self._process: subprocess.Popen[str] | None = None
        self.family: list[psutil.Process] = []

    def start(self) -> str:
        """Start it and give the first line it prints."""
        ports = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        wishes = {"ARCHIVE": "sandbox", "PORTAL_DATA": str(self.folder), **ports, **self._settings}
        self._env = {name: value for name, value in os.environ.items() if name not in OURS} | wishes
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                python("-m", "mastportal.embedded"),
                env=self._env,
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=die_with_parent,
            )
        assert self._process.stdout
        too_late = threading.Timer(PATIENCE_S, self._process.kill)
        too_late.start()
        line = self._process.stdout.readline()
        too_late.cancel()
        self.family = psutil.Process(self._process.pid).children(recursive=True) if line else []
        return line

    @property
    def log(self) -> Path:
        """What it says on standard error."""
        return self.folder / "run.log"

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

    def child(self, *words: str) -> psutil.Process | None:
        """The living child with these words on its command line, its program by name."""
        assert self._process
        for each in psutil.Process(self._process.pid).children():
            with suppress(psutil.NoSuchProcess):
                said = " ".join(each.cmdline()).split() or [""]  # some write all of it into the first word
                said[0] = Path(said[0]).name
                if each.status() != psutil.STATUS_ZOMBIE and set(words) <= set(said):
                    return each
        return None

    def web(self) -> psutil.Process | None:
        """The web server's first process."""
        return self.child("gunicorn")

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
