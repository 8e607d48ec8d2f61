"""`/healthz` names each part, and says so when one is down."""

import pytest
from django.core.cache import cache
from django.test import Client

from mastportal.health import PARTS, WORKER_SEEN
from tests.conftest import Worker

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


def test_nothing_can_be_posted() -> None:
    assert Client().post("/healthz").status_code == 405


def test_pages_carry_the_security_headers() -> None:
    headers = Client().get("/healthz").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
