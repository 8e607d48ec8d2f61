"""Owns the order in which child processes start and stop, and keeps them running."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import httpx

from mastportal.embedded import postgres, valkey
from mastportal.embedded.child import Child, Stopped, never
from mastportal.embedded.environment import Wishes, python
from mastportal.embedded.state import StartError, State, free_port


def say(text: str) -> None:
    """One line to the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def answers(url: str) -> Callable[[], bool]:
    """A check that something speaks HTTP at `url`."""

    def ready() -> bool:
        try:
            httpx.get(url, timeout=10, trust_env=False)
        except httpx.HTTPError:
            return False
        return True

    return ready


@contextlib.contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C, SIGTERM and a closed terminal into a flag that can be asked for."""
    asked = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    kept = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


class Family:
    """The children, in generations: those added later need those added before."""

    def __init__(self, should_stop: Callable[[], bool] = never) -> None:
        self.generations: list[tuple[Child, ...]] = []
        self._should_stop = should_stop

    @property
    def children(self) -> list[Child]:
        return [child for generation in self.generations for child in generation]

    def add(self, *children: Child) -> None:
        """Start them all, then wait until each is ready. Raises StartError, and Stopped."""
        if self._should_stop():
            raise Stopped
        self.generations.append(children)
        for child in children:
            child.start()
        for child in children:
            child.wait_ready(self._should_stop)

    def watch(self, should_stop: Callable[[], bool]) -> None:
        """Restart what dies until it is time to stop."""
        while not should_stop():
            for child in self.children:
                if said := child.revive():
                    say(said)
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop all, the youngest generation first: nobody loses the database under their feet."""
        for generation in reversed(self.generations):
            for child in generation:
                child.ask_to_stop()
            for child in generation:
                child.await_end()


def log_of(state: State, name: str) -> Path:
    """The log file of a child."""
    folder = state.folder / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def sandbox(state: State, wishes: Wishes, port: int) -> Child:
    """The stand-in archive on `port`."""
    argv = python("-m", "mastportal.sandbox", "--port", str(port), *wishes.sandbox_options)
    env = {"SANDBOX_CACHE": str(state.folder / "sandbox-cache"), "PYTHONUNBUFFERED": "1"}
    url = f"http://127.0.0.1:{port}/whoami"
    return Child("sandbox", argv, env, log_of(state, "sandbox"), answers(url), patience_s=300)


@contextlib.contextmanager
def data_services(
    state: State, *, lasting: bool = True, should_stop: Callable[[], bool] = never
) -> Iterator[tuple[Family, dict[str, int]]]:
    """PostgreSQL and Valkey on free ports, and the portal's database; all stopped at the end."""
    family, ports = Family(should_stop), {"postgres": free_port(), "valkey": free_port()}
    try:
        family.add(
            postgres.child(state, ports["postgres"], log_of(state, "postgres"), lasting=lasting),
            valkey.child(state, ports["valkey"], log_of(state, "valkey")),
        )
        postgres.ensure_database(state, ports["postgres"])
        yield family, ports
    finally:
        family.stop()


__all__ = ["Family", "StartError", "answers", "data_services", "log_of", "sandbox", "say", "stop_signals"]
