"""Owns the state folder (PORTAL_DATA): its secrets, its ports, and the one archive it belongs to."""

import base64
import contextlib
import errno
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mastportal.durable import take_name

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SECRETS = "secrets.json"
DEMO_PEOPLE = ("alice", "bob", "charlie", "admin")


class StartError(Exception):
    """The portal cannot start; the text says what to do."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TOKEN_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "VALKEY_PASSWORD": secrets.token_urlsafe(24),
    }


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    take_name(temporary, path)


@dataclass(frozen=True)
class State:
    """One state folder and what is kept in it."""

    folder: Path
    secrets: dict[str, str]

    @classmethod
    def at(cls, folder: Path) -> "State":
        """Open the folder, making it and its secrets on the first start."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / SECRETS
        if not kept.exists():
            write_private(kept, json.dumps(_new_secrets(), indent=1))
        state = cls(folder, json.loads(kept.read_text()))
        state.mail_folder.mkdir(mode=0o700, exist_ok=True)
        if not state.demo_file.exists():
            passwords = {name: secrets.token_urlsafe(9) for name in DEMO_PEOPLE}
            write_private(state.demo_file, json.dumps(passwords, indent=1))
        return state

    @property
    def secrets_file(self) -> Path:
        """The file of the portal's own secrets, JSON, mode 600."""
        return self.folder / SECRETS

    @property
    def demo_file(self) -> Path:
        """The file of the demo accounts' names and passwords, JSON, mode 600."""
        return self.folder / "demo.json"

    @property
    def mail_folder(self) -> Path:
        """Where mails are written that no server is there to take; some hold links that open an account."""
        return self.folder / "mail"

    @property
    def demo(self) -> dict[str, str]:
        """Names and passwords of the demo accounts."""
        return dict(json.loads(self.demo_file.read_text()))

    def claim_archive(self, archive: str) -> None:
        """Bind the folder to `archive` for good. Raises StartError when it belongs to another."""
        marker = self.folder / "archive"
        if not marker.exists():
            marker.write_text(archive + "\n")
        if (owner := marker.read_text().strip()) != archive:
            raise StartError(
                f"{self.folder} holds data of the archive '{owner}', not of '{archive}': "
                "set PORTAL_DATA to another folder."
            )

    @contextlib.contextmanager
    def only_one(self) -> Iterator[None]:
        """Hold the folder for one portal. Raises StartError when another runs in it."""
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartError(
                    f"A portal already runs in {self.folder}: stop it, or set PORTAL_DATA."
                ) from None
            self._ports.unlink(missing_ok=True)  # those of a portal that was killed
            yield

    @property
    def _ports(self) -> Path:
        return self.folder / "running.json"

    def running(self) -> dict[str, int] | None:
        """The ports of the portal that runs in this folder now, or None."""
        try:
            with (self.folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                return dict(json.loads(self._ports.read_text()))
        return None

    def note_running(self, ports: dict[str, int]) -> None:
        """Let `./run manage` in another terminal find the services."""
        write_private(self._ports, json.dumps(ports))
