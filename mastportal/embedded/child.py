"""Owns one child process: started so that it cannot outlive us, watched, restarted, stopped by its id."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mastportal.embedded.state import CHECKOUT, StartError

PR_SET_PDEATHSIG = 1
NOBODY = 65534
RESTART_PAUSE_S = (0.5, 1, 2, 5, 10, 30)
SETTLED_S = 10.0


def die_with_parent(stop_signal: int = signal.SIGTERM) -> None:
    """In the child: ask the kernel to stop it when the supervisor dies, however that happens (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)


class Stopped(Exception):
    """Somebody wants an end before everything was started."""


def never() -> bool:
    return False


@dataclass
class Child:
    """A program to keep running, and how to tell that it is ready."""

    name: str
    argv: list[str]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    stop_signal: int = signal.SIGTERM
    as_nobody: bool = False
    patience_s: float = 120.0
    stop_patience_s: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it. It must be called from the main thread, whose death is what the kernel watches."""
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_nobody else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                self.argv,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/" if self.as_nobody else CHECKOUT,
                # A Ctrl-C at the terminal reaches the supervisor alone, which stops all in order.
                process_group=0,
                preexec_fn=partial(die_with_parent, self.stop_signal),
                **user,
            )
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_ready(self, should_stop: Callable[[], bool] = never) -> None:
        """Wait until it answers. Raises StartError when it dies first or takes too long, and Stopped."""
        deadline = time.monotonic() + self.patience_s
        while not self.ready():
            if should_stop():
                raise Stopped
            if not self.alive:
                raise StartError(
                    f"{self.name} stopped while starting; its log {self.log} says why:\n{self.tail()}"
                )
            if time.monotonic() > deadline:
                raise StartError(f"{self.name} did not answer in {self.patience_s:.0f} s; see {self.log}")
            time.sleep(0.05)

    def tail(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join("  " + line for line in self.log.read_text(errors="replace").splitlines()[-lines:])

    def revive(self) -> str | None:
        """Restart it when it has died, after a growing pause; says so once, else None."""
        now = time.monotonic()
        if self.alive:
            if now - self.started_at > SETTLED_S:
                self.failures = 0
            return None
        if not self.due_at:
            pause_s = RESTART_PAUSE_S[min(self.failures, len(RESTART_PAUSE_S) - 1)]
            self.failures += 1
            self.due_at = now + pause_s
            code = self.process.returncode if self.process else "?"
            return f"{self.name} ended with {code}; restarting it in {pause_s} s"
        if now >= self.due_at:
            self.due_at = 0.0
            self.start()
        return None

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        if self.alive and self.process is not None:
            self.process.send_signal(self.stop_signal)

    def await_end(self) -> None:
        """Wait until it has ended; insist when that takes longer than `stop_patience_s`."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Ask it to end and wait until it has."""
        self.ask_to_stop()
        self.await_end()
