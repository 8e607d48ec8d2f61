"""A mail server as a process, to be killed: notes the id of each mail before it says that it took it."""

import os
import sys
import time
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

SLOW_S = 0.03  # between taking a mail and saying so: a kill in between is a mail that comes again


class Noting:
    """Writes the ids of mails into a file."""

    def __init__(self, ids: Path) -> None:
        self._ids = ids

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        with self._ids.open("a") as file:
            file.write(f"{message_from_bytes(envelope.content)['Message-ID']}\n")
            file.flush()
            os.fsync(file.fileno())
        time.sleep(SLOW_S)
        return "250 OK"


if __name__ == "__main__":
    Controller(Noting(Path(sys.argv[2])), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    time.sleep(3600)
