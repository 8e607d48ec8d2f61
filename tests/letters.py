"""A mail server on this machine that keeps what came."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from mastportal.embedded.state import free_port


class Letters(list[EmailMessage]):
    """A mail server's handler that keeps what came."""

    refusing = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusing:
            return "451 Come back later"
        self.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def listening(letters: Letters) -> Iterator[Controller]:
    """The server for as long as the block lasts."""
    server = Controller(letters, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()
