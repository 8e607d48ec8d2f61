"""Bundle download in MB/s against curl of one stored file of the same size from the same web server."""

import subprocess
import time

import httpx

from tests.bench.measure import Figure, at_least
from tests.bench.portal import Portal, portal

FILE_BYTES = 512 * 1024**2
TIMES = 5


def curl_s(running: Portal, path: str) -> tuple[float, int]:
    """The best of several downloads to nowhere: seconds, bytes."""
    address = f"{running.url}/api/v1/{path}"
    key = running.api.headers["Authorization"]
    best, size = float("inf"), 0
    for _ in range(TIMES):
        start = time.perf_counter()
        done = subprocess.run(
            [
                "curl",
                "-sSf",
                "-H",
                f"Authorization: {key}",
                "-o",
                "/dev/null",
                "-w",
                "%{size_download}",
                address,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        best, size = min(best, time.perf_counter() - start), int(done.stdout)
    return best, size


def filled_basket(running: Portal, files: int) -> tuple[str, list[str]]:
    """A basket with `files` science products of public observations chosen; its id and their URIs."""
    found = running.search({"collection": "observations", "criteria": {"obs_collection": ["JWST"]}})
    query = {"f.dataRights": "PUBLIC", "min.calib_level": "2", "page_size": "4"}
    rows = running.api.get(f"searches/{found['id']}/rows", params=query).raise_for_status().json()["rows"]
    basket = running.api.post("baskets", json={"name": "bench"}).raise_for_status().json()["id"]
    wanted = {"search": found["id"], "obsid": [row["obsid"] for row in rows]}
    running.api.post(f"baskets/{basket}/observations", json=wanted).raise_for_status()
    running.finished(f"baskets/{basket}")
    products = {"f.productType": "SCIENCE", "page_size": str(files)}
    listed = running.api.get(f"baskets/{basket}/products", params=products).raise_for_status().json()["rows"]
    return basket, [row["dataURI"] for row in listed]


def choose(running: Portal, basket: str, uris: list[str], api: httpx.Client | None = None) -> None:
    """Want these files and no others; `api` is a person's other than Alice."""
    api, address = api or running.api, f"baskets/{basket}/selection"
    etag = {"If-Match": str(api.get(address).raise_for_status().json()["revision"])}
    api.put(address, json={"preset": "none", "include": uris}, headers=etag).raise_for_status()


def bundled(running: Portal, basket: str) -> str:
    """A bundle of what is chosen, complete."""
    bundle = running.api.post(f"baskets/{basket}/bundles", json={"format": "zip", "layout": "flat"})
    name = bundle.raise_for_status().json()["id"]
    running.finished(f"bundles/{name}")
    return str(name)


def run() -> list[Figure]:
    """One figure: MB/s of a bundle of one large file, of that file alone, their ratio."""
    with portal(f"--file-bytes {FILE_BYTES}") as running:
        basket, uris = filled_basket(running, 1)
        choose(running, basket, uris[:1])
        bundle = bundled(running, basket)
        file_s, file_bytes = curl_s(running, f"products/download?uri={uris[0]}")
        zip_s, zip_bytes = curl_s(running, f"bundles/{bundle}/download")
    assert 0 <= zip_bytes - file_bytes < 1024**2, "the bundle holds something else"
    ours, reference = zip_bytes / zip_s / 1e6, file_bytes / file_s / 1e6
    return [at_least("bundle download", ours, reference, "MB/s", ours / reference, 0.7)]
