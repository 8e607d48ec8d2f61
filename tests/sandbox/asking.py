"""How the sandbox's own tests ask it: Mashup questions, files and controls over HTTP."""

import json
from typing import Any
from urllib.parse import quote

import httpx

FORM = {"Content-type": "application/x-www-form-urlencoded"}


class Asking:
    """A client of one sandbox; every call opens what it needs anew, as strangers do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def raw(self, service: str, params: dict[str, Any], **properties: Any) -> httpx.Response:
        question = {"service": service, "params": params, "format": "json", **properties}
        return self.http.post(
            "/api/v0/invoke", content="request=" + quote(json.dumps(question)), headers=FORM
        )

    def ask(self, service: str, params: dict[str, Any], **properties: Any) -> dict[str, Any]:
        return self.raw(service, params, **properties).raise_for_status().json()

    def rows(self, service: str, params: dict[str, Any], **properties: Any) -> list[dict[str, Any]]:
        answer = self.ask(service, params, **properties)
        assert answer["status"] == "COMPLETE", answer
        return answer["data"]

    def observations(self, columns: str = "*", **wanted: Any) -> list[dict[str, Any]]:
        """Rows by exact values: `observations(proposal_id="1176")`."""
        filters = [{"paramName": name, "values": [value]} for name, value in wanted.items()]
        return self.rows("Mast.Caom.Filtered", {"columns": columns, "filters": filters})

    def products(self, obsid: int) -> list[dict[str, Any]]:
        return self.rows("Mast.Caom.Products", {"obsid": obsid})

    def file(self, uri: str, method: str = "GET", token: str = "", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Authorization": f"token {token}"} if token else {}
        return self.http.request(method, "/api/v0.1/Download/file", params={"uri": uri}, headers=named)

    def faults(self, *faults: dict[str, Any]) -> httpx.Response:
        return self.http.post("/_sandbox/faults", json=list(faults))

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        return self.http.get("/_sandbox/log", params={"since": since}).json()

    def mark(self) -> int:
        return max((entry["n"] for entry in self.log()), default=0)
