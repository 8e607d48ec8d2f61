"""`/healthz` names each part, and says so when one is down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.test import Client

from mastportal.health import PARTS, WORKER_SEEN, _state
from tests.workers import Worker

pytestmark = pytest.mark.django_db


def test_a_missing_worker_is_said() -> None:
    answer = Client().get("/healthz")
    body = answer.json()
    assert set(body) == set(PARTS)
    assert body["database"] == body["broker"] == body["disk"] == "ok"


def test_all_is_well_with_a_worker(worker: Worker) -> None:
    cache.delete(WORKER_SEEN)
    answer = Client().get("/healthz")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["worker"] == "ok"


def test_many_who_ask_at_once_do_not_wait_for_each_other(worker: Worker) -> None:
    cache.delete(WORKER_SEEN)
    with ThreadPoolExecutor(24) as many:
        states = list(many.map(lambda _: _state(PARTS["worker"]), range(48), timeout=60))
    assert states == [("ok", True)] * 48


def test_nothing_can_be_posted() -> None:
    assert Client().post("/healthz").status_code == 405


def test_pages_carry_the_security_headers() -> None:
    headers = Client().get("/healthz").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
