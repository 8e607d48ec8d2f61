"""Product rows of the sandbox, as it lists them, for the tests of the file store."""

import json
from typing import Any

import httpx

ALICE_TOKEN, BOB_TOKEN = "sandbox-token-alice", "sandbox-token-bob"


def ask(url: str, service: str, **params: Any) -> list[dict[str, Any]]:
    question = {"service": service, "params": params, "format": "json", "pagesize": 50000, "page": 1}
    answer = httpx.post(f"{url}/api/v0/invoke", data={"request": json.dumps(question)}, timeout=30)
    return answer.raise_for_status().json()["data"]


def observations(url: str, columns: str = "obsid,obs_id,proposal_id,calib_level", **filters: str) -> list:
    """Executed observations of exactly these values."""
    asked = [{"paramName": name, "values": [value]} for name, value in filters.items()]
    rows = ask(url, "Mast.Caom.Filtered", columns=columns, filters=asked)
    return [row for row in rows if row["calib_level"] >= 0]


def products(url: str, obsid: object) -> list[dict[str, Any]]:
    """The products of one observation, each URI once."""
    rows = ask(url, "Mast.Caom.Products", obsid=str(obsid))
    return list({row["dataURI"]: row for row in rows}.values())
