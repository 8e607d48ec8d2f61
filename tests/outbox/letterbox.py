"""A real mail server for tests: keeps what it took, refuses or falls silent on wish."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from mastportal.embedded.state import free_port

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Letterbox:
    """What came, and how the server answers: `recipient` and `data` are its answers to RCPT and DATA.

    With `hangs_up` it takes the mail and is gone before it has said so.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: list[Any] = []
        self.recipient = self.data = ""
        self.hangs_up = False
        self._controller: Controller | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if not self.recipient:
            envelope.rcpt_tos.append(address)
        return self.recipient or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    def last(self) -> EmailMessage:
        return self.letters[-1]


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    """A mail server that listens."""
    box = Letterbox()
    box.start()
    yield box
    box.stop()
