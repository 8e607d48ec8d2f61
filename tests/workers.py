"""Owns the real Celery worker of the tests, and which of them live."""

import os
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from mastportal.celery import app
from mastportal.embedded.state import CHECKOUT


class Worker:
    """A real Celery worker on the test database, both kinds; killed with all its children."""

    def __init__(self, log: Path) -> None:
        self.log = log  # what both kinds say
        database = connection.settings_dict
        address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        self._env = os.environ | {"DATABASE_URL": address, "DATABASE_POOL": "0"}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for queue, pool in (("ask", ["-P", "prefork", "-c", "2"]), ("fetch", ["-P", "threads", "-c", "4"])):
            argv = [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "mastportal",
                "--quiet",
                "worker",
                "-Q",
                queue,
                *pool,
            ]
            argv += ["-n", f"{queue}@test", "--without-mingle", "--without-gossip", "-l", "WARNING"]
            with self.log.open("ab") as log:
                process = subprocess.Popen(
                    argv, env=self._env, cwd=CHECKOUT, start_new_session=True, stdout=log, stderr=log
                )
            self._processes.append(process)
        deadline = time.monotonic() + 60
        while len(app.control.ping(timeout=0.5)) < len(self._processes):
            assert time.monotonic() < deadline, f"the Celery workers did not start: {self.log.read_text()}"

    def kill(self) -> None:
        """kill -9 of the workers and their children, as a crash would."""
        for process in self._processes:
            os.killpg(process.pid, 9)
            process.wait()
        self._processes.clear()

    @property
    def lives(self) -> bool:
        return bool(self._processes)


LIVING: list[Worker] = []
