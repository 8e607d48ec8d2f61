"""500 files of 4 MB, fetched first and by a second person: against curl, astroquery and a plain file."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.bundle import choose
from tests.bench.measure import Figure, at_least, at_most
from tests.bench.plain import plain_file
from tests.bench.portal import Portal, portal

FILES, ASTROQUERY_FILES = 500, 100
SMALLEST_BYTES, LARGEST_BYTES = 3_000_000, 4_500_000
OPTIONS = "--scale 600 --file-bytes 4000000 --latency-ms 50 --bandwidth 25000000"
TIMES = 3
ASTROQUERY = """
import sys, time
from astroquery.mast import Observations
uris = open(sys.argv[1]).read().split()
start = time.perf_counter()
for uri in uris:
    status, message, _ = Observations.download_file(uri, cache=False, verbose=False)
    assert status == "COMPLETE", message
print(time.perf_counter() - start)
"""


def basket_of(running: Portal) -> tuple[str, dict[str, int]]:
    """A basket with FILES public files of about 4 MB chosen, and their sizes by URI."""
    found = running.search({"collection": "observations", "criteria": {"obs_collection": ["JWST"]}})
    basket = str(running.api.post("baskets", json={"name": "bench"}).raise_for_status().json()["id"])
    wanted = {"search": found["id"], "filters": "f.dataRights=PUBLIC&f.calib_level=3"}
    running.api.post(f"baskets/{basket}/observations", json=wanted).raise_for_status()
    running.finished(f"baskets/{basket}")
    of_size = {"min.size": str(SMALLEST_BYTES), "max.size": str(LARGEST_BYTES), "page_size": str(FILES)}
    rows = running.api.get(f"baskets/{basket}/products", params=of_size).raise_for_status().json()["rows"]
    sizes = {row["dataURI"]: row["size"] for row in rows}
    assert len(sizes) == FILES, f"only {len(sizes)} files of about 4 MB"
    choose(running, basket, list(sizes))
    return basket, sizes


def bundle_s(running: Portal, api: httpx.Client, basket: str) -> tuple[str, float]:
    """A bundle of the basket from the request to its completion: its id, seconds."""
    start = time.perf_counter()
    made = api.post(f"baskets/{basket}/bundles", json={"format": "tar", "layout": "flat"})
    name = str(made.raise_for_status().json()["id"])
    while (state := api.get(f"bundles/{name}").raise_for_status().json())["phase"] != "COMPLETED":
        assert state["phase"] in {"PENDING", "QUEUED", "EXECUTING"}, state
        time.sleep(0.1)
    assert state["files"]["done"] == FILES, state["files"]
    return name, time.perf_counter() - start


def curl_s(archive_url: str, uris: list[str]) -> float:
    """The same files by one curl with four connections; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            f'url = "{archive_url}/api/v0.1/Download/file?uri={uri}"\noutput = "{n}"'
            for n, uri in enumerate(uris)
        ]
        Path(folder, "files").write_text("\n".join(lines))
        command = ["curl", "-sSf", "--parallel", "--parallel-max", "4", "--config", "files"]
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True)
        return time.perf_counter() - start


def astroquery_s(archive_url: str, uris: list[str]) -> float:
    """The same files by the unmodified client, one after the other as it does; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "astroquery.cfg").write_text(f"[mast]\nserver = {archive_url}\n")
        Path(folder, "uris").write_text("\n".join(uris))
        env = os.environ | {"ASTROPY_CONFIG_DIR": folder, "ASTROPY_CACHE_DIR": folder, "HOME": folder}
        command = [sys.executable, "-W", "ignore", "-c", ASTROQUERY, "uris"]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])


def download_s(client: httpx.Client, path: str, size_bytes: int) -> float:
    """The best of several downloads to nowhere."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.perf_counter()
        with client.stream("GET", path) as answer:
            got = sum(map(len, answer.raise_for_status().iter_raw(1 << 20)))
        best = min(best, time.perf_counter() - start)
        assert got == size_bytes, f"{path} came with {got} of {size_bytes} bytes"
    return best


def bytes_sent(running: Portal, since: int) -> tuple[int, int]:
    """Bytes of files the archive has sent since entry `since` of its journal, and its newest entry."""
    journal = httpx.get(
        f"{running.archive_url}/_sandbox/log?since={since}", trust_env=False, timeout=60
    ).json()
    sent = sum(entry["bytes"] for entry in journal if entry["uri"] and entry["method"] == "GET")
    return sent, max((entry["n"] for entry in journal), default=since)


def run() -> list[Figure]:
    """Three figures: the first fetch against curl and astroquery, the second person against a plain file."""
    with portal(OPTIONS) as running:
        basket, sizes = basket_of(running)
        uris = list(sizes)
        _, ours_s = bundle_s(running, running.api, basket)
        sent, last = bytes_sent(running, 0)
        assert sent == sum(sizes.values()), "the archive sent something twice, or less than everything"
        theirs_s = curl_s(running.archive_url, uris)
        direct_s = astroquery_s(running.archive_url, uris[:ASTROQUERY_FILES]) * FILES / ASTROQUERY_FILES
        _, last = bytes_sent(running, last)
        second = _second_person(running, uris, last)
    return [
        at_most("first fetch, 500 files: curl", ours_s, theirs_s, "s", 1.1),
        at_least("first fetch, 500 files: astroquery", ours_s, direct_s, "s", direct_s / ours_s, 3),
        second,
    ]


def _second_person(running: Portal, uris: list[str], last: int) -> Figure:
    """Bob's bundle of the same files: nothing comes from the archive, and it leaves like a plain file."""
    bob = running.api_of("bob")
    basket = str(bob.post("baskets", json={"name": "bench"}).raise_for_status().json()["id"])
    found = running.search({"collection": "observations", "criteria": {"obs_collection": ["JWST"]}})
    wanted = {"search": found["id"], "filters": "f.dataRights=PUBLIC&f.calib_level=3"}
    bob.post(f"baskets/{basket}/observations", json=wanted).raise_for_status()
    running.finished(f"baskets/{basket}", api=bob)
    choose(running, basket, uris, api=bob)
    bundle, _ = bundle_s(running, bob, basket)
    size = bob.get(f"bundles/{bundle}").raise_for_status().json()["size"]
    ours_s = download_s(bob, f"bundles/{bundle}/download", size)
    sent, _ = bytes_sent(running, last)
    assert sent == 0, f"the archive sent {sent} bytes for the second person"
    with plain_file(size) as plain:
        plain_s = download_s(plain, "", size)
    ours, reference = size / ours_s / 1e6, size / plain_s / 1e6
    return at_least("second person's bundle", ours, reference, "MB/s", ours / reference, 0.8)
