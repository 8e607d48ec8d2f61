"""Owns the portal that a benchmark measures: the very one `./run` starts, in a folder that is thrown away."""

import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, free_port


@dataclass
class Portal:
    """A running portal: its REST interface as Alice, her browser session, its processes."""

    url: str
    archive_url: str
    folder: Path
    process: subprocess.Popen[str]
    env: dict[str, str]
    api: httpx.Client = field(init=False)

    def sign_in(self) -> None:
        self.api = self.api_of("alice")

    def api_of(self, person: str) -> httpx.Client:
        """The REST interface as one of the demo accounts."""
        done = subprocess.run(
            python("-m", "mastportal.embedded", "manage", "api_token", person),
            env=self.env,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        )
        key = done.stdout.split()[-1]
        return httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Token {key}"},
            timeout=600,
            trust_env=False,
        )

    def browser(self) -> httpx.Client:
        """A session signed in by the form, as a browser is."""
        client = httpx.Client(base_url=self.url, timeout=600, trust_env=False, follow_redirects=True)
        page = client.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, "the sign-in page has no form"
        password = json.loads((self.folder / "demo.json").read_text())["alice"]
        form = {"username": "alice", "password": password, "csrfmiddlewaretoken": token[1]}
        answer = client.post("/sign-in/", data=form, headers={"Referer": self.url})
        assert answer.status_code == 200, "Alice cannot sign in"
        assert "sessionid" in client.cookies, "Alice cannot sign in"
        return client

    def finished(self, path: str, patience_s: float = 900, api: httpx.Client | None = None) -> dict[str, Any]:
        """Poll a resource of the API until its phase is an end."""
        api = api or self.api
        deadline = time.monotonic() + patience_s
        while True:
            body: dict[str, Any] = api.get(path).raise_for_status().json()
            if body["phase"] in {"COMPLETED", "ERROR", "ABORTED"}:
                assert body["phase"] == "COMPLETED", body
                return body
            assert time.monotonic() < deadline, f"{path} is still {body['phase']}"
            time.sleep(0.2)

    def search(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask and wait for the rows."""
        asked = self.api.post("searches", json=question).raise_for_status().json()
        return self.finished(f"searches/{asked['id']}")

    def processes(self, word: str) -> list[psutil.Process]:
        """Processes of this portal whose command line has `word`: gunicorn, ask@, fetch@."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if any(word in part for part in process.cmdline()):
                    found.append(process)
        return found


@contextlib.contextmanager
def portal(options: str = "", **settings: str) -> Iterator[Portal]:
    """`./run` on free ports with the sandbox's `options`; stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="mastportal-bench-") as folder:
        Path(folder).chmod(0o711)
        port, archive_port = free_port(), free_port()
        # Its mails lie in its own folder, also where a test run has one.
        env = {name: value for name, value in os.environ.items() if name != "MAIL_URL"} | {
            "PORT": str(port),
            "SANDBOX_PORT": str(archive_port),
            "PORTAL_DATA": folder,
            "SANDBOX_OPTIONS": options,
            "ARCHIVE": "sandbox",
            "API_PER_MINUTE": "0",
            "SEARCHES_PER_MINUTE": "0",
            **settings,
        }
        process = subprocess.Popen(
            python("-m", "mastportal.embedded"), env=env, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout
            assert "Portal ready" in process.stdout.readline(), "the portal did not start"
            address, archive = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{archive_port}"
            running = Portal(address, archive, Path(folder), process, dict(env))
            running.sign_in()
            with contextlib.closing(running.api):
                yield running
        finally:
            process.terminate()
            process.wait(60)
            if process.stdout:
                process.stdout.close()
