"""A second sandbox over the recorded tables, and the portal's client to ask it with."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from mastportal.embedded.state import CHECKOUT, free_port
from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from mastportal.mast.criteria import parse_question
from tests.acceptance import recorded_files
from tests.acceptance.journey import Journey
from tests.people import client_of
from tests.waiting import wait_until
from tests.workers import Worker

Ask = Callable[..., pa.Table]


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Path:
    """The folder of recorded tables."""
    return shared / "mast" / "data"


@contextmanager
def served(folder: Path, cache: Path | None = None) -> Iterator[Archive]:
    """A sandbox of its own process that serves the tables of a folder."""
    port = free_port()
    command = [sys.executable, "-m", "mastportal.sandbox", "--port", str(port), "--holdings", str(folder)]
    env = os.environ | {"SANDBOX_CACHE": str(cache or folder / "cache")}
    process = subprocess.Popen(command, cwd=CHECKOUT, env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        assert process.poll() is None, "the sandbox over the recorded tables did not start"
        try:
            return httpx.get(f"{url}/_sandbox/tokens", timeout=5, trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(is_up, 120)
        yield Archive(url, "mastportal tests", poll_s=0.1)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def recorded_archive(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A sandbox of its own process that serves them."""
    with served(recorded, tmp_path_factory.getbasetemp() / "holdings") as archive:
        yield archive


@pytest.fixture(scope="session")
def ask_recorded(recorded_archive: Archive) -> Ask:
    """Asks one question as a worker would, names resolved first, and gives all its rows."""

    def ask(**question: object) -> pa.Table:
        client = MastClient(recorded_archive)
        criteria = parse_question(question)
        if criteria.name_to_resolve:
            criteria = criteria.located(client.resolve(criteria.name_to_resolve))
        return pa.concat_tables(client.pages(criteria))

    return ask


@pytest.fixture(scope="session")
def from_files(recorded: Path) -> pa.Table:
    """The observations as the files have them."""
    return recorded_files.observations(recorded)


@pytest.fixture
def journey(api: APIClient, worker: Worker) -> Iterator[Journey]:
    """Alice's way through the REST interface; whatever went wrong on it, no worker may have broken."""
    start = worker.log.stat().st_size
    yield Journey(api)
    said = worker.log.read_bytes()[start:].decode()
    assert "Traceback" not in said, said


@pytest.fixture
def bobs_journey(bob: User, journey: Journey) -> Journey:
    return Journey(client_of(bob))


@pytest.fixture
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a person can type or an archive answer is an exception of ours."""
    yield
    broken = [record for record in caplog.get_records("call") if record.exc_info]
    assert not broken, [record.getMessage() for record in broken]
