"""Product lists: 30 at 300 ms against one after the other, 300,000 products against parsing their answer."""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.bench.measure import Figure, at_least, at_most
from tests.bench.memory import Peak
from tests.bench.portal import Portal, portal

OBSERVATIONS, LATENCY_MS = 30, 300
PRODUCTS = 300_000
WORKER_MIB = 1536
ONE_BY_ONE = """
import sys, time
from astroquery.mast import Observations
obsids = sys.argv[1:]
start = time.perf_counter()
for obsid in obsids:
    assert len(Observations.get_product_list(obsid))
print(time.perf_counter() - start)
"""
OBSERVATION = {
    "obsid": "1",
    "obs_collection": "JWST",
    "obs_id": "jw09999-o001_t001_nircam_clear-f200w",
    "calib_level": "3",
    "intentType": "science",
    "dataproduct_type": "image",
    "instrument_name": "NIRCAM/IMAGE",
    "proposal_id": "9999",
    "target_name": "MANY",
    "s_ra": "10.0",
    "s_dec": "10.0",
    "dataRights": "PUBLIC",
}
SUFFIXES = [("uncal", 1), ("rate", 2), ("rateints", 2), ("cal", 2), ("i2d", 3)]


def one_by_one_s(archive_url: str, obsids: list[str]) -> float:
    """The lists of these observations by the unmodified client, each asked for alone; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "astroquery.cfg").write_text(f"[mast]\nserver = {archive_url}\n")
        env = os.environ | {"ASTROPY_CONFIG_DIR": folder, "ASTROPY_CACHE_DIR": folder, "HOME": folder}
        command = [sys.executable, "-W", "ignore", "-c", ONE_BY_ONE, *obsids]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])


def _thirty() -> Figure:
    with portal(f"--scale 200 --latency-ms {LATENCY_MS}") as running:
        found = running.search({"collection": "observations", "criteria": {"obs_collection": ["JWST"]}})
        query = {"min.calib_level": "2", "f.dataRights": "PUBLIC", "page_size": str(OBSERVATIONS)}
        rows = running.api.get(f"searches/{found['id']}/rows", params=query).raise_for_status().json()["rows"]
        obsids = [row["obsid"] for row in rows]
        assert len(obsids) == OBSERVATIONS, f"only {len(obsids)} observations"
        start = time.perf_counter()
        _fill(running, found["id"], obsids)
        ours_s = time.perf_counter() - start
        theirs_s = one_by_one_s(running.archive_url, obsids)
    return at_least("product lists of 30, 300 ms", ours_s, theirs_s, "s", theirs_s / ours_s, 5)


def _fill(running: Portal, search: str, obsids: list[str]) -> str:
    """A basket with these observations, its product lists here."""
    basket = str(running.api.post("baskets", json={"name": "bench"}).raise_for_status().json()["id"])
    wanted = {"search": search, "obsid": obsids}
    running.api.post(f"baskets/{basket}/observations", json=wanted).raise_for_status()
    while running.api.get(f"baskets/{basket}").raise_for_status().json()["phase"] != "COMPLETED":
        time.sleep(0.05)
    return basket


def _write_holdings(folder: Path) -> None:
    """One observation with PRODUCTS products, every tenth of them listed twice."""
    with gzip.open(folder / "observations.csv.gz", "wt", newline="", compresslevel=1) as file:
        table = csv.DictWriter(file, OBSERVATION)
        table.writeheader()
        table.writerow(OBSERVATION)
    names = [
        "obsID", "parent_obsid", "obs_collection", "dataproduct_type", "obs_id", "description", "type",
        "dataURI", "productType", "productSubGroupDescription", "productFilename", "size",
        "calib_level", "dataRights",
    ]  # fmt: skip
    with gzip.open(folder / "products.csv.gz", "wt", newline="", compresslevel=1) as file:
        table = csv.writer(file)
        table.writerow(names)
        for n in range(PRODUCTS):
            table.writerow(_product(n if n % 10 else n + 1))


def _product(n: int) -> list[object]:
    suffix, level = SUFFIXES[n % len(SUFFIXES)]
    exposure = f"jw09999001001_02101_{n // len(SUFFIXES):06d}_nrca{n % 4 + 1}"
    name = f"{exposure}_{suffix}.fits"
    words = f"exposure ({suffix})"
    return [
        "1", "1", "JWST", "image", exposure, words, "S", f"mast:JWST/product/{name}", "SCIENCE",
        suffix.upper(), name, 100_000 + n, level, "PUBLIC",
    ]  # fmt: skip


def _answers(archive_url: str, folder: Path) -> None:
    """Write what the archive answers for the observation's products, page by page."""
    number, pages = 1, 1
    with httpx.Client(base_url=archive_url, timeout=600, trust_env=False) as client:
        while number <= pages:
            question = {"service": "Mast.Caom.Products", "format": "json", "page": number, "pagesize": 50_000}
            request = json.dumps(question | {"params": {"obsid": "1"}})
            answer = client.post("/api/v0/invoke", data={"request": request}).raise_for_status()
            pages = json.loads(answer.content)["paging"]["pagesFiltered"]
            (folder / f"page{number}.json").write_bytes(answer.content)
            number += 1


def _many() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="mastportal-bench-") as name:
        folder = Path(name)
        (folder / "holdings").mkdir()
        _write_holdings(folder / "holdings")
        with portal(SANDBOX_HOLDINGS=str(folder / "holdings")) as running:
            _answers(running.archive_url, folder)  # the archive knows the list by heart from then on
            found = running.search({"collection": "programs", "programs": "9999"})
            worker = Peak(lambda: running.processes("ask@"))
            with worker.watching():
                basket = _fill(running, found["id"], ["1"])
            facets = running.api.get(f"baskets/{basket}/products/facets").raise_for_status().json()
        listed = facets["matched"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.parsing", str(folder)],
            capture_output=True,
            text=True,
            check=True,
        )
    told = json.loads(done.stdout)
    assert told["files"] == listed, "the portal and the measurement count different files"
    assert told["rows"] == PRODUCTS, f"only {told['rows']} products"
    peak_mib = worker.before_mib + worker.growth_mib
    memory = Figure(
        "ask worker, 300,000 products", peak_mib, worker.before_mib, "MiB", peak_mib / worker.before_mib,
        f"<= {WORKER_MIB} MiB", peak_mib <= WORKER_MIB,
    )  # fmt: skip
    return [at_most("300,000 products to facets", told["ours_s"], told["reference_s"], "s", 3), memory]


def run() -> list[Figure]:
    """Three figures: 30 lists at once; 300,000 products listed and faceted; the worker's memory."""
    return [_thirty(), *_many()]
