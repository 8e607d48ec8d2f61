"""Real web servers for tests: gunicorn processes on the test database, each of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from django.db import connection

from mastportal.embedded.state import CHECKOUT, free_port
from tests.waiting import wait_until


class WebServer:
    """One gunicorn with one worker process, as `./run` starts two."""

    def __init__(self, log: Path) -> None:
        self.url, self.log = f"http://127.0.0.1:{free_port()}", log
        database = connection.settings_dict
        address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        argv = [sys.executable, "-m", "gunicorn", "mastportal.wsgi", "--worker-class", "gthread"]
        argv += ["--bind", self.url.removeprefix("http://"), "--workers", "1", "--threads", "12"]
        argv += ["--timeout", "0", "--no-control-socket", "--worker-tmp-dir", str(log.parent)]
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                argv,
                env=os.environ | {"DATABASE_URL": address},
                cwd=CHECKOUT,
                start_new_session=True,
                stdout=out,
                stderr=out,
            )

    def wait_ready(self) -> None:
        wait_until(self._answers, 60)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/sign-in/", trust_env=False, timeout=20).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """At once, with its worker: nothing they do is worth waiting for."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
