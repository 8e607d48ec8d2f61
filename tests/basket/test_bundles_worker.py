"""Bundles by real workers over the sandbox: whole, fetched once, retaken after a crash."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.conftest import Sandbox, Worker, wait_until
from tests.search.make import PROGRAMME

pytestmark = pytest.mark.django_db(transaction=True)
OBSERVATIONS = 20


def ask(api: APIClient, question: dict[str, Any]) -> str:
    """The id of the search, once it is answered."""
    search = api.post("/api/v1/searches", question, format="json").json()["id"]
    wait_until(lambda: api.get(f"/api/v1/searches/{search}").json()["phase"] == "COMPLETED")
    return search


def filled_basket(api: APIClient, filters: str = "f.obs_collection=JWST&not.calib_level=-1") -> int:
    """A basket of the first observations of a programme, its product lists here."""
    search = ask(api, PROGRAMME)
    wanted = f"{filters}&page_size={OBSERVATIONS}&columns=obsid"
    rows = api.get(f"/api/v1/searches/{search}/rows?{wanted}").json()["rows"]
    basket = api.post("/api/v1/baskets", {"name": "Twenty"}, format="json").json()["id"]
    body = {"search": search, "obsid": [row["obsid"] for row in rows]}
    added = api.post(f"/api/v1/baskets/{basket}/observations", body, format="json")
    assert added.json() == {"added": len(rows), "already": 0}
    wait_until(lambda: api.get(f"/api/v1/baskets/{basket}").json()["phase"] == "COMPLETED")
    return basket


def completed_bundle(api: APIClient, basket: int, **wish: str) -> dict[str, Any]:
    answer = api.post(f"/api/v1/baskets/{basket}/bundles", wish, format="json")
    assert answer.status_code == 202
    address = answer["Location"]
    return wait_until(lambda: (b := api.get(address).json())["phase"] == "COMPLETED" and b, 60)


def downloaded(api: APIClient, bundle: dict[str, Any]) -> bytes:
    answer = api.get(f"/api/v1/bundles/{bundle['id']}/download")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_basket_becomes_a_zip(api: APIClient, worker: Worker, sandbox: Sandbox, tmp_path: Path) -> None:
    basket = filled_basket(api)
    since = sandbox.mark()
    bundle = completed_bundle(api, basket)
    content = downloaded(api, bundle)
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    subprocess.run(["bsdtar", "-tf", path], check=True, capture_output=True)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    manifest = api.get(f"/api/v1/bundles/{bundle['id']}/manifest?format=json").json()["files"]
    folder = archive.namelist()[0].split("/")[0]
    assert len(archive.namelist()) == len(manifest) + 1 == bundle["files"]["total"] + 1
    for row in manifest:
        assert row["status"] == "OK"
        assert hashlib.sha256(archive.read(f"{folder}/{row['path']}")).hexdigest() == row["sha256"]
        assert hashlib.sha256(sandbox.body(row["uri"])).hexdigest() == row["sha256"]
    fetched = [e["uri"] for e in sandbox.log(since) if e["method"] == "GET" and e["uri"]]
    assert all(fetched.count(row["uri"]) == 2 for row in manifest)  # once by the portal, once by this test
