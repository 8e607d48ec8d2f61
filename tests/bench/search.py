"""A cached search against the same question through astroquery directly, the sandbox answering at once."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.measure import Figure, at_least, median_s
from tests.bench.portal import Portal, portal

ROWS = 20_000
QUESTION = {"collection": "observations", "criteria": {"obs_collection": ["JWST", "HST"]}}
DIRECT = """
import statistics, time
from astroquery.mast import Observations
def ask():
    start = time.perf_counter()
    table = Observations.query_criteria(obs_collection=["JWST", "HST"])
    return time.perf_counter() - start, len(table)
ask()
runs = [ask() for _ in range(3)]
print(statistics.median(s for s, _ in runs), runs[0][1])
"""


def _direct(server: str) -> tuple[float, int]:
    """Seconds and rows of the unmodified client, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "astroquery.cfg").write_text(f"[mast]\nserver = {server}\n")
        env = {"ASTROPY_CONFIG_DIR": folder, "ASTROPY_CACHE_DIR": folder, "HOME": folder}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DIRECT],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
    seconds, rows = done.stdout.split()[-2:]
    return float(seconds), int(rows)


def _cached(running: Portal) -> int:
    asked = running.api.post("searches", json=QUESTION)
    assert asked.status_code == 200, "the answer was not cached"
    rows = running.api.get(f"searches/{asked.json()['id']}/rows").raise_for_status().json()
    return int(rows["total"])


def run() -> list[Figure]:
    """One figure: ours in seconds, astroquery's in seconds, how many times faster."""
    with portal(f"--scale {ROWS}") as running:
        found = running.search(QUESTION)
        direct_s, direct_rows = _direct(running.archive_url)
        assert found["row_count"] == direct_rows == _cached(running), "the answers differ"
        assert direct_rows >= ROWS, f"only {direct_rows} rows"
        ours_s = median_s(lambda: _cached(running), times=15)
    return [at_least("cached search, 20,000 rows", ours_s, direct_s, "s", direct_s / ours_s, 50)]
