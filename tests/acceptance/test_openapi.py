"""schemathesis over the whole OpenAPI document and a running portal: no 500, nothing undocumented. Long."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.portal import Portal, portal
from tests.waiting import wait_until

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"  # a quicker start
NOBODYS = 999_999  # an id of nothing: the key that asks must not be taken away, nor its person's seat


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    with portal("--file-bytes 5000", STATIC_STORAGE=PLAIN) as started:
        yield started


def things(running: Portal) -> dict[str, Any]:
    """One of each kind, for the parts of addresses to name."""
    api = running.api
    search = running.search({"collection": "programs", "programs": "1176"})
    basket = api.post("baskets", json={"name": "tried"}).raise_for_status().json()
    rows = api.get(f"searches/{search['id']}/rows", params={"page_size": 2}).raise_for_status().json()["rows"]
    obsid = [row["obsid"] for row in rows]
    added = api.post(f"baskets/{basket['id']}/observations", json={"search": search["id"], "obsid": obsid})
    added.raise_for_status()
    bundle = wait_until(lambda: _bundle(running, basket["id"]), 60)
    saved = api.post("saved-searches", json={"name": "tried", "search": search["id"]}).raise_for_status()
    group = api.post("groups", json={"name": "tried"}).raise_for_status().json()
    return {
        "id": search["id"],
        "basket_id": basket["id"],
        "bundle_id": running.finished(f"bundles/{bundle}")["id"],
        "saved_id": saved.json()["id"],
        "group_id": group["id"],
        "obsid": obsid[0],
        "mission": "JWST",
        "programme": "1176",
        "key_id": NOBODYS,
        "member_id": NOBODYS,
    }


def _bundle(running: Portal, basket_id: int) -> str | None:
    answer = running.api.post(f"baskets/{basket_id}/bundles", json={"format": "zip", "layout": "nested"})
    return answer.json().get("id")


def tried(running: Portal, folder: Path, parameters: dict[str, Any], *options: str) -> None:
    """One run of schemathesis; its report where it found something."""
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in parameters.items()]
    (folder / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines]))
    told = ("--header", f"Authorization: {running.api.headers['Authorization']}", "--checks", CHECKS)
    # One worker: with several, Python 3.11 at times fails in `ast.parse`, by which examples are described.
    manners = ("--workers", "1", "--request-timeout", "120", "--continue-on-failure", "--no-shrink")
    quiet = ("--no-color", "--generation-database", "none", "--warnings", "off", "--seed", "1")
    command = (str(Path(sys.executable).with_name("schemathesis")), "run", f"{running.url}/api/v1/schema/")
    done = subprocess.run(
        [*command, *told, *manners, *quiet, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=1500,
    )
    said = (running.folder / "logs" / "web.log").read_text()[-20_000:] if done.returncode else ""
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:] + said


@pytest.mark.long
def test_what_is_there(running: Portal, tmp_path: Path) -> None:
    what = ("--phases", "coverage,fuzzing", "--max-examples", "10", "--exclude-method", "DELETE")
    tried(running, tmp_path, things(running), *what)


@pytest.mark.long
def test_what_is_not_there_and_what_goes(running: Portal, tmp_path: Path) -> None:
    what = ("--phases", "fuzzing", "--max-examples", "10")
    tried(running, tmp_path, {"key_id": NOBODYS, "member_id": NOBODYS}, *what)
    gone = things(running)
    tried(running, tmp_path, gone, "--phases", "fuzzing", "--max-examples", "3", "--include-method", "DELETE")
