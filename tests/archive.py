"""Owns the tests' hand on the sandbox: its controls, as the contract gives them."""

from typing import Any

import httpx


class Sandbox:
    """The stand-in archive's controls, as the contract gives them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        return self._client.get("/_sandbox/log", params={"since": since}).json()

    def mark(self) -> int:
        """The number of the newest request, to ask for the log since now."""
        return max((entry["n"] for entry in self.log()), default=0)

    def faults(self, *faults: dict[str, Any]) -> None:
        self._client.post("/_sandbox/faults", json=list(faults)).raise_for_status()

    def close(self) -> None:
        self._client.close()

    def clear(self) -> None:
        self._client.request("DELETE", "/_sandbox/faults").raise_for_status()

    def replace(self, uri: str) -> None:
        self._client.post("/_sandbox/replace", json={"uri": uri}).raise_for_status()

    def today(self, date: str, *, unfolds: bool = False) -> None:
        """The archive's day; with `unfolds` only what it had by then is there."""
        self._client.post("/_sandbox/today", json={"date": date, "unfolds": unfolds}).raise_for_status()

    def withdraw(self, token: str, *programmes: str) -> None:
        """The token no longer opens these programmes, and again all others that were its own."""
        body = {"token": token, "withdrawn": list(programmes)}
        self._client.post("/_sandbox/tokens", json=body).raise_for_status()

    def tokens(self) -> list[dict[str, Any]]:
        return self._client.get("/_sandbox/tokens").json()

    def body(self, uri: str, token: str = "") -> bytes:
        """A product's bytes, asked for like anybody would."""
        headers = {"Authorization": f"token {token}"} if token else {}
        answer = self._client.get("/api/v0.1/Download/file", params={"uri": uri}, headers=headers)
        return answer.raise_for_status().content
