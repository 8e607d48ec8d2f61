"""The mail server and the webhooks' host of the two months: both are killed, and keep what they took."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.state import CHECKOUT, free_port
from tests.outbox.make import signature_of

Json = dict[str, Any]


class Letters:
    """A mail server that is killed and comes back at the same address; it keeps what it took."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[Any] = []
        self._server: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def start(self) -> None:
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def lines(self) -> int:
        """Events in mails, each Message-ID once; whoever got it twice got the same."""
        texts: dict[str, set[str]] = {}
        for letter in list(self.taken):
            body = letter.get_body(("plain",)).get_content()
            texts.setdefault(letter["Message-ID"], set()).add(body)
        assert all(len(different) == 1 for different in texts.values())
        return sum(line.startswith("- ") for (text,) in texts.values() for line in text.splitlines())


@dataclass(frozen=True)
class Call:
    """One call of the webhook, and how it was answered, if the host lived so long."""

    status: int
    headers: dict[str, str]
    body: str


class Hooks:
    """A process that webhooks call, killed like any other; it fails when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.secret = ""
        self.answer(200)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/news"

    def answer(self, status: int) -> None:
        """How calls are answered from now on."""
        new = self._folder / "status.new"
        new.write_text(str(status))
        new.replace(self._folder / "status")

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.outbox.hook_process", str(self.port), str(self._folder)]
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "listening\n"

    def stop(self) -> None:
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def calls(self) -> list[Call]:
        """All that were noted, each signed as its secret has it."""
        notes = self._folder / "calls"
        found = []
        for line in notes.read_text().splitlines() if notes.exists() else []:
            with suppress(ValueError):  # cut by a kill, before it was answered
                found.append(Call(**json.loads(line)))
        for call in found:
            assert call.headers["webhook-signature"] == signature_of(
                self.secret, call.headers, call.body.encode()
            )
        return found

    def events(self) -> list[Json]:
        """The events of the calls that were taken, each webhook-id once; what came twice said the same."""
        bodies: dict[str, set[str]] = {}
        for call in self.calls():
            if call.status == 200:
                bodies.setdefault(call.headers["webhook-id"], set()).add(call.body)
        assert all(len(different) == 1 for different in bodies.values())
        return [event for (body,) in bodies.values() for event in json.loads(body)["data"]["events"]]
