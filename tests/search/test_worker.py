"""With a real worker: one question for twenty people, killed workers, lost messages, a slow archive."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from mastportal.celery import app
from mastportal.embedded.state import CHECKOUT
from mastportal.search import products, tasks
from mastportal.search.models import ProductList, ResultSet
from mastportal.work import Phase
from tests.archive import Sandbox
from tests.people import client_of
from tests.search.make import M57, PROGRAMME, answered, questions
from tests.waiting import wait_until
from tests.workers import Worker

SEARCHES = "/api/v1/searches"
pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def sweeping() -> Iterator[None]:
    """Sweeps as beat would, while a test waits."""
    stop = threading.Event()

    def sweep() -> None:
        while not stop.wait(0.3):
            tasks.sweep()
        connection.close()

    thread = threading.Thread(target=sweep)
    thread.start()
    yield
    stop.set()
    thread.join()


def finished(api: APIClient, address: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        body = api.get(address).json()
        return body if body["phase"] in {"COMPLETED", "ERROR"} else None

    return wait_until(look, 60)


def test_ask_wait_and_read(api: APIClient, sandbox: Sandbox) -> None:
    address = api.post(SEARCHES, M57, format="json")["Location"]
    body = finished(api, address)
    assert (body["phase"], body["error"]) == ("COMPLETED", None)
    assert api.get(f"{address}/rows").json()["total"] == body["row_count"] > 0
    assert body["understood"]["resolver"]


def test_twenty_people_cost_one_question(sandbox: Sandbox, alice: User, bob: User) -> None:
    start, people, mark = threading.Barrier(20), [alice, bob], sandbox.mark()

    def ask(number: int) -> str:
        api = client_of(people[number % 2])
        start.wait()
        try:
            return api.post(SEARCHES, PROGRAMME, format="json").json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(ask, range(20)))
    address = f"{SEARCHES}/{ids.pop()}"
    assert not ids
    assert finished(client_of(alice), address)["phase"] == "COMPLETED"
    one_set = questions(sandbox.log(mark))
    assert ResultSet.objects.count() == 1
    assert one_set == ["Mast.Caom.Filtered"] * 2  # the count, then the only page


def test_what_a_killed_worker_had_is_taken_over_and_lost_messages_are_sent_again(
    api: APIClient, sandbox: Sandbox, worker: Worker, sweeping: None
) -> None:
    sandbox.faults({"match": "invoke", "times": 2, "fault": "stall"})
    address = api.post(SEARCHES, PROGRAMME, format="json")["Location"]
    tasks.queue_products(products.want(["987654321"]))
    wait_until(lambda: ProductList.objects.filter(phase=Phase.EXECUTING).exists())
    wait_until(lambda: api.get(address).json()["phase"] == "EXECUTING")
    worker.kill()
    lost = api.post(SEARCHES, M57, format="json")["Location"]
    app.control.purge()
    worker.start()
    assert finished(api, address)["phase"] == finished(api, lost)["phase"] == "COMPLETED"
    wait_until(lambda: products.state(["987654321"]).here)
    assert ResultSet.objects.filter(attempts__gte=2).exists()


def test_a_list_of_targets_whose_worker_was_killed_ends_as_any_other(
    api: APIClient, sandbox: Sandbox, worker: Worker, sweeping: None, alice: User
) -> None:
    question = {"collection": "targets", "targets": ["m57", "VV 191", "no such thing"], "radius_deg": 0.02}
    sandbox.faults({"match": "Cone", "times": 1, "fault": "stall"})
    mark = sandbox.mark()
    address = api.post(SEARCHES, question, format="json")["Location"]
    wait_until(lambda: questions(sandbox.log(mark)).count("Mast.Caom.Cone") == 2)
    worker.kill()
    worker.start()
    body = finished(api, address)
    assert (body["phase"], body["understood"]["resolved"]) == ("COMPLETED", 2)
    assert ResultSet.objects.get().attempts == 2
    # What the first worker found out was not asked again, save the name that nobody knows.
    assert questions(sandbox.log(mark)).count("Mast.Name.Lookup") == 4
    rows = api.get(f"{address}/rows?page_size=1000").json()["rows"]
    again = answered(question, alice, refresh=True)
    assert len(rows) == len({row["obsid"] for row in rows}) == again.current.row_count > 0
    assert {row["searched_target"] for row in rows} == {"m57", "VV 191"}


def test_a_silent_archive_is_given_up_in_time(api: APIClient, sandbox: Sandbox) -> None:
    sandbox.faults({"match": "invoke", "times": 99, "fault": "stall"})
    body = finished(api, api.post(SEARCHES, PROGRAMME, format="json")["Location"])
    assert (body["phase"], body["error_code"]) == ("ERROR", "archive_timed_out")
    assert ResultSet.objects.get().attempts == 1


def test_a_silence_longer_than_the_lease_starts_no_second_question(api, sandbox, sweeping: None) -> None:
    sandbox.faults({"match": "invoke", "times": 2, "fault": "stall"})
    assert finished(api, api.post(SEARCHES, PROGRAMME, format="json")["Location"])["phase"] == "COMPLETED"
    assert ResultSet.objects.get().attempts == 1


def test_a_count_is_answered_while_one_waits(api: APIClient, sandbox: Sandbox) -> None:
    response = api.post(f"{SEARCHES}/count", PROGRAMME, format="json")
    assert (response.status_code, response.json()["count"] > 0) == (200, True)


def test_a_slow_count_has_an_address(api: APIClient, sandbox: Sandbox) -> None:
    sandbox.faults({"match": "invoke", "times": 99, "fault": "executing"})
    response = api.post(f"{SEARCHES}/count", PROGRAMME, format="json")
    assert response.status_code == 202
    sandbox.clear()
    address = response["Location"]
    assert wait_until(lambda: api.get(address).json().get("count"), 60) > 0


def test_a_count_of_what_cannot_be_found_is_an_error(api: APIClient, sandbox: Sandbox) -> None:
    body = {"collection": "observations", "target": "no such thing"}
    response = api.post(f"{SEARCHES}/count", body, format="json")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_a_name_is_resolved_while_one_waits(api: APIClient, sandbox: Sandbox) -> None:
    body = api.get("/api/v1/resolve", {"target": "m57 r=1m"}).json()
    assert body["radius_deg"] == pytest.approx(1 / 60, abs=1e-6)
    assert body["ra_deg"] == pytest.approx(283.396, abs=0.01)


def test_product_lists_come_in_parallel(api: APIClient, sandbox: Sandbox, sweeping: None) -> None:
    address = api.post(SEARCHES, PROGRAMME, format="json")["Location"]
    finished(api, address)
    rows = api.get(f"{address}/rows?f.calib_level=3&columns=obsid").json()["rows"]
    obsids = [row["obsid"] for row in rows]
    tasks.queue_products(products.want(obsids))
    wait_until(lambda: products.state(obsids).is_done, 60)
    assert products.state(obsids).here == len(obsids) == ProductList.objects.count()


def test_the_web_process_does_not_load_astroquery() -> None:
    program = "import mastportal.wsgi, django.urls; django.urls.get_resolver().url_patterns; import sys;"
    program += "print([m for m in sys.modules if m.split('.')[0] in ('astroquery', 'astropy')])"
    argv = [sys.executable, "-W", "ignore", "-c", program]
    found = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert settings.ASK_CONNECTIONS
