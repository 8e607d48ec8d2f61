"""Bundles by real workers over the sandbox: whole, fetched once, retaken after a crash.

Named to run last here: from then on a worker takes what the other tests only queue.
"""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket import tasks
from basket.models import BundleFile
from basket.phases import Phase
from tests.conftest import Sandbox, Worker, client_of, wait_until
from tests.search.make import PROGRAMME

pytestmark = pytest.mark.django_db(transaction=True)
OBSERVATIONS = 20
EXECUTED = "f.obs_collection=JWST&not.calib_level=-1"


def search_of(api: APIClient, question: dict[str, Any]) -> str:
    """The id of the search, once it is answered."""
    search = api.post("/api/v1/searches", question, format="json").json()["id"]
    wait_until(lambda: api.get(f"/api/v1/searches/{search}").json()["phase"] == "COMPLETED")
    return str(search)


def filled_basket(api: APIClient, preset: str, count: int = OBSERVATIONS) -> int:
    """A basket of the first observations of a programme, its product lists here."""
    search = search_of(api, PROGRAMME)
    asked = f"{EXECUTED}&page_size={count}&columns=obsid"
    rows = api.get(f"/api/v1/searches/{search}/rows?{asked}").json()["rows"]
    basket: int = api.post("/api/v1/baskets", {"name": "Twenty"}, format="json").json()["id"]
    body = {"search": search, "obsid": [row["obsid"] for row in rows]}
    added = api.post(f"/api/v1/baskets/{basket}/observations", body, format="json")
    assert added.json() == {"added": count, "already": 0}
    wait_until(lambda: api.get(f"/api/v1/baskets/{basket}").json()["phase"] == "COMPLETED")
    address = f"/api/v1/baskets/{basket}/selection"
    assert api.put(address, {"preset": preset}, format="json", headers={"If-Match": "*"}).status_code == 200
    return basket


def requested(api: APIClient, basket: int) -> str:
    answer = api.post(f"/api/v1/baskets/{basket}/bundles", {}, format="json")
    assert answer.status_code == 202
    return str(answer["Location"])


def finished(api: APIClient, address: str) -> dict[str, Any]:
    found: dict[str, Any] = wait_until(
        lambda: (b := api.get(address).json())["phase"] == "COMPLETED" and b, 90
    )
    return found


def downloaded(api: APIClient, bundle: dict[str, Any]) -> bytes:
    answer = api.get(f"/api/v1/bundles/{bundle['id']}/download")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def manifest(api: APIClient, bundle: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get(f"/api/v1/bundles/{bundle['id']}/manifest").json()["files"]
    return rows


def bodies_asked_for(sandbox: Sandbox, since: int) -> list[str]:
    return [entry["uri"] for entry in sandbox.log(since) if entry["method"] == "GET" and entry["uri"]]


def test_twenty_observations_become_a_zip_and_nothing_is_fetched_twice(
    api: APIClient, bob: User, worker: Worker, sandbox: Sandbox, tmp_path: Path
) -> None:
    since = sandbox.mark()
    bundle = finished(api, requested(api, filled_basket(api, "recommended")))
    rows, content = manifest(api, bundle), downloaded(api, bundle)
    assert sorted(bodies_asked_for(sandbox, since)) == sorted(row["uri"] for row in rows)
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    subprocess.run(["bsdtar", "-tf", path], check=True, capture_output=True)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    folder = archive.namelist()[0].split("/")[0]
    assert len(archive.namelist()) == bundle["files"]["total"] + 1
    for row in rows:
        assert hashlib.sha256(archive.read(f"{folder}/{row['path']}")).hexdigest() == row["sha256"]
        assert hashlib.sha256(sandbox.body(row["uri"])).hexdigest() == row["sha256"]
    a_second_persons_bundle_asks_for_no_body(client_of(bob), sandbox)


def a_second_persons_bundle_asks_for_no_body(bob: APIClient, sandbox: Sandbox) -> None:
    since = sandbox.mark()
    bundle = finished(bob, requested(bob, filled_basket(bob, "recommended")))
    assert bodies_asked_for(sandbox, since) == []
    assert bundle["bytes"]["from_archive"] == 0
    assert bundle["bytes"]["from_store"] == bundle["bytes"]["total"] > 0


def test_a_killed_workers_bundle_is_retaken(api: APIClient, worker: Worker, sandbox: Sandbox) -> None:
    basket = filled_basket(api, "recommended", count=4)
    sandbox.faults({"match": "Download/file", "fault": "slow", "bytes_per_s": 20_000, "times": 1000})
    address = requested(api, basket)
    wait_until(lambda: BundleFile.objects.filter(phase=Phase.EXECUTING).exists())
    wait_until(lambda: BundleFile.objects.filter(phase=Phase.COMPLETED).exists())
    worker.kill()
    sandbox.clear()
    assert BundleFile.objects.filter(phase=Phase.EXECUTING).exists()
    worker.start()
    wait_until(lambda: tasks.sweep.delay() and not BundleFile.objects.filter(status="").exists(), 60)
    bundle = finished(api, address)
    assert {row["status"] for row in manifest(api, bundle)} == {"OK"}
    archive = zipfile.ZipFile(io.BytesIO(downloaded(api, bundle)))
    folder = archive.namelist()[0].split("/")[0]
    for row in manifest(api, bundle):
        assert archive.read(f"{folder}/{row['path']}") == sandbox.body(row["uri"])
