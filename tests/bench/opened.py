"""Memory of a web process: per opened table, and for 50 results opened in turn under a bound."""

from typing import Any

from tests.bench.measure import Figure, at_most
from tests.bench.memory import Peak
from tests.bench.portal import Portal, portal
from tests.bench.tables import downloaded

MIB = 1024**2
ROWS = 60_000
RESULTS = 50
BOUND_MIB = 96
# Beside the tables: what Python and Arrow keep of freed memory, and one table being opened.
SLACK_MIB = 160


def _questions() -> list[dict[str, Any]]:
    """Fifty questions, each with other rows than the ones before."""
    return [
        {
            "collection": "observations",
            "criteria": {"obs_collection": ["JWST", "HST"], "t_exptime": {"min": float(step), "max": 1e6}},
        }
        for step in range(RESULTS)
    ]


def _open(running: Portal, browser: Any, search: str) -> int:
    """Look at a result as a person does, filtered and sorted; gives its rows."""
    answer = browser.get(
        f"/results/{search}/",
        params={"f.obs_collection": "JWST", "sort": "-t_min"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    return int(running.api.get(f"searches/{search}").json()["row_count"])


def run() -> list[Figure]:
    """MiB by which the web process grew: for one table, against its rows in Arrow, and for all fifty."""
    settings = {"WEB_WORKERS": "1", "WEB_THREADS": "4", "TABLE_CACHE_BYTES": str(BOUND_MIB * MIB)}
    with portal(f"--scale {ROWS}", **settings) as running:
        found = [running.search(question) for question in _questions()]
        browser = running.browser()
        small = running.search({"collection": "programs", "programs": "2733"})
        _open(running, browser, small["id"])
        with Peak(lambda: running.processes("gunicorn")).watching() as one:
            rows = _open(running, browser, found[0]["id"])
        # Afterwards: the export opens the table, too.
        in_arrow = downloaded(running, found[0]["id"]).nbytes
        with Peak(lambda: running.processes("gunicorn")).watching() as all_of_them:
            total = sum(_open(running, browser, each["id"]) for each in found)
    first = at_most(f"one opened table of {rows:,} rows", one.growth_mib, in_arrow / MIB, "MiB", 4)
    most = BOUND_MIB + SLACK_MIB
    grown = all_of_them.growth_mib
    fifty = Figure(
        f"{RESULTS} tables, {total:,} rows, in turn",
        grown,
        BOUND_MIB,
        "MiB",
        grown / BOUND_MIB,
        f"<= {most} MiB",
        grown <= most,
    )
    return [first, fifty]
