"""A basket exported by one portal and taken in by another, each in a folder of its own: one manifest."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.started import Started

pytestmark = pytest.mark.long
PATIENCE_S = 180
# Static files are not compressed, which alone takes longer on a busy machine than a start may. Limits are
# those of a lab, not those of tests of failures.
SETTINGS = {
    "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "STALL_S": "60",
    "QUESTION_TIMEOUT_S": "120",
    "LEASE_S": "60",
    "SANDBOX_OPTIONS": "",
}


@pytest.fixture
def two_portals() -> Iterator[list[httpx.Client]]:
    """Alice's REST clients at two portals of the same archive that know nothing of each other."""
    with ExitStack() as stack:
        clients = []
        for _ in range(2):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="mastportal-travels-")))
            folder.chmod(0o711)  # PostgreSQL's own user must enter it
            portal = Started(folder, **SETTINGS)
            stack.callback(portal.close)
            assert portal.start(), portal.log.read_text()
            key = portal.manage("api_token", "alice").split()[-1]
            address = f"http://127.0.0.1:{portal.port}/api/v1/"
            headers = {"Authorization": f"Token {key}"}
            client = httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)
            clients.append(stack.enter_context(client))
        yield clients


def until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.5)


def done(client: httpx.Client, address: str) -> bool:
    phase = client.get(address).raise_for_status().json()["phase"]
    assert phase not in ("ERROR", "ABORTED"), phase
    return bool(phase == "COMPLETED")


def answered(client: httpx.Client, question: dict[str, Any]) -> str:
    search = client.post("searches", json=question).raise_for_status().json()["id"]
    until(lambda: done(client, f"searches/{search}"))
    return str(search)


def filled(client: httpx.Client) -> str:
    """The address of a basket with observations and a single file, little of them selected."""
    programme = answered(client, {"collection": "programs", "programs": "1176"})
    asked = {"collection": "jwst-keywords", "instrument": "niriss", "criteria": {"exp_type": ["NIS_WFSS"]}}
    keywords = answered(client, asked)
    uri = client.get(f"searches/{keywords}/rows?page_size=1").json()["rows"][0]["dataURI"]
    address = f"baskets/{client.post('baskets', json={'name': 'Travels'}).json()['id']}"
    body = {"search": programme, "filters": "f.calib_level=3"}
    assert client.post(f"{address}/observations", json=body).json()["added"] > 1
    body = {"search": keywords, "dataURI": [uri]}
    assert client.post(f"{address}/products", json=body).json() == {"added": 1, "already": 0}
    until(lambda: done(client, address))
    wish = {"preset": "recommended", "filters": "f.extension=json&f.extension=jpg", "include": [uri]}
    told = client.put(f"{address}/selection", json=wish, headers={"If-Match": "*"}).raise_for_status().json()
    assert told["files"] > 3
    return address


def manifest(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    bundle = client.post(f"{address}/bundles", json={"format": "zip", "layout": "nested"}).json()["id"]
    until(lambda: done(client, f"bundles/{bundle}"))
    files: list[dict[str, Any]] = client.get(f"bundles/{bundle}/manifest?format=json").json()["files"]
    return files


def test_the_same_basket_elsewhere_gives_the_same_manifest(two_portals: list[httpx.Client]) -> None:
    here, elsewhere = two_portals
    address = filled(here)
    files = manifest(here, address)
    document = here.get(f"{address}/export").raise_for_status().json()
    assert {each["dataURI"] for each in document["products"]} == {each["uri"] for each in files}

    sent = elsewhere.post("baskets/import", json=document)
    assert sent.status_code == 202
    until(lambda: done(elsewhere, sent.headers["Location"].removeprefix("/api/v1/")))
    new = f"baskets/{sent.json()['id']}"
    until(lambda: done(elsewhere, new))

    told = elsewhere.get(f"{new}/import").json()
    assert (told["missing"], told["compared"]["named"]) == (0, len(files))
    assert sum(told["compared"].values()) == len(files), "nothing differs"
    assert manifest(elsewhere, new) == files
    again = elsewhere.get(f"{new}/export").json()
    for part in ("selection", "questions", "observations", "files", "products"):
        assert again[part] == document[part]
