"""Fifty people at once for five minutes against one of them alone, and the connections they cost.

People search, filter, fill baskets and download with pauses of one to three seconds; locust counts.
"""

import json
import os
import statistics
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT
from tests.bench.measure import Figure, at_most
from tests.bench.portal import Portal, portal

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "50"))
BUSY_S = int(os.environ.get("BENCH_PEOPLE_S", "300"))
ALONE_S = min(120, BUSY_S)  # so that each kind is met some times
# 2 web processes of at most 24 connections, 4 + 6 workers, the clock, and one that looks.
DATABASE_MOST, BROKER_MOST = 2 * 24 + 4 + 6 + 1 + 1, 150
# What people do: who only asks and never gets anything has not been there.
DONE = {"search: ask", "page: results, filtered", "api: rows, filtered", "api: facets", "basket: add"}
DONE |= {"page: basket", "bundle: ask", "download"}

MAKE = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from accounts import keys
store = import_module(settings.SESSION_ENGINE).SessionStore
people = []
for number in range({count}):
    user = User.objects.create_user(f"person{{number}}")
    session = store()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    row, key = keys.make(user, "bench")
    people.append({{"name": user.username, "session": session.session_key, "key": key}})
print("PEOPLE" + json.dumps(people))
"""


@dataclass
class Connections:
    """The most connections of each service that were seen at once."""

    database: int = 0
    broker: int = 0


def run() -> Iterator[Figure]:
    """Each kind of request: its p95 with all people, against one person's in the same run."""
    # The limits are as a lab has them: nobody meets one. No static file is asked for, so none is packed.
    own_settings = {"API_PER_MINUTE": "6000", "SEARCHES_PER_MINUTE": "300"}
    own_settings |= {"STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    options = "--scale 4000 --file-bytes 200000"
    with portal(options, **own_settings) as running, tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.json"
        people.write_text(json.dumps(_made(running, PEOPLE + 1)))
        alone = _load(running, people, 1, ALONE_S)
        people.write_text(json.dumps(json.loads(people.read_text())[1:]))
        with _watched(running) as connections:
            busy = _load(running, people, PEOPLE, BUSY_S)
        yield from _figures(alone, busy, connections)
        _tell_failures(people.with_suffix(".failed"))


def _made(running: Portal, count: int) -> list[dict[str, str]]:
    done = subprocess.run(
        python("-m", "mastportal.embedded", "manage", "shell", "-v0", "-c", MAKE.format(count=count)),
        env=running.env,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("PEOPLE"))
    made: list[dict[str, str]] = json.loads(line.removeprefix("PEOPLE"))
    return made


def _load(running: Portal, people: Path, count: int, seconds: int) -> list[dict[str, Any]]:
    """locust's figures of each kind of request."""
    told = ("-u", str(count), "-r", "5", "-t", f"{seconds}s", "--host", running.url)
    quiet = (
        "--headless",
        "--json",
        "--loglevel",
        "ERROR",
        "--exit-code-on-error",
        "0",
        "--stop-timeout",
        "20",
    )
    done = subprocess.run(
        python("-m", "locust", "-f", "tests/bench/people_locust.py", *told, *quiet),
        env=os.environ | {"PEOPLE": str(people)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=seconds + 180,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures: list[dict[str, Any]] = json.loads(done.stdout[done.stdout.index("[") :])
    return figures


def _p95_ms(figure: dict[str, Any]) -> float:
    """From locust's histogram: milliseconds, rounded by it, and how often each was met."""
    times = [float(ms) for ms, often in figure["response_times"].items() for _ in range(often)]
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


@contextmanager
def _watched(running: Portal) -> Iterator[Connections]:
    """The services' own counts of their connections, each second."""
    environment = running.processes("gunicorn")[0].environ()
    found, stop = Connections(), threading.Event()

    def watch() -> None:
        with (
            psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database,
            Redis.from_url(environment["VALKEY_URL"]) as broker,
        ):
            while not stop.wait(1):
                row = database.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                ).fetchone()
                clients: Any = broker.info("clients")
                found.database = max(found.database, row[0] if row else 0)
                found.broker = max(found.broker, clients["connected_clients"])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def _tell_failures(failed: Path) -> None:
    """Which requests failed most often, and why."""
    lines = failed.read_text().splitlines() if failed.exists() else []
    for line, often in Counter(lines).most_common(10):
        print(f"  failed {often} times: {line}", flush=True)


def _figures(
    alone: list[dict[str, Any]], busy: list[dict[str, Any]], connections: Connections
) -> Iterator[Figure]:
    before = {figure["name"]: figure for figure in alone}
    for figure in sorted(busy, key=lambda each: str(each["name"])):
        if reference := before.get(figure["name"]):
            name = f"{PEOPLE} people: {figure['name']}, p95"
            ours, alones = _p95_ms(figure), _p95_ms(reference)
            yield Figure(name, ours, alones, "ms", ours / alones, "told", met=True)
    met = DONE & before.keys() & {figure["name"] for figure in busy}
    share = len(met) / len(DONE)
    yield Figure(f"{PEOPLE} people: kinds of request", len(met), len(DONE), "", share, "all", met == DONE)
    asked, failed = (sum(figure[key] for figure in busy) for key in ("num_requests", "num_failures"))
    yield Figure(f"{PEOPLE} people: failed requests", failed, asked, "", failed / asked, "0", failed == 0)
    yield at_most(f"{PEOPLE} people: database connections", connections.database, DATABASE_MOST, "", 1)
    yield at_most(f"{PEOPLE} people: broker connections", connections.broker, BROKER_MOST, "", 1)
