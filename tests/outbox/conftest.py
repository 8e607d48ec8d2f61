"""What the outbox's tests share: a mail server, a host of webhooks, pauses that are over at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outbox.letterbox import SMTP, Letterbox, letterbox
from tests.outbox.make import Receiver, receiving


@pytest.fixture
def box(settings: Any) -> Iterator[Letterbox]:
    """A mail server that the portal's mails go to."""
    with letterbox() as found:
        settings.EMAIL_BACKEND, settings.MAIL_IS_ON = SMTP, True
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A host of webhooks inside the house, which the administrator allows."""
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]
    with receiving() as found:
        yield found
