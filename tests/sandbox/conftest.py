"""A sandbox of the tests' own, in this process, over the built-in holdings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mastportal.sandbox.archive import Archive
from mastportal.sandbox.holdings import Holdings, load
from mastportal.sandbox.server import Server, serve_in_background
from tests.sandbox.asking import Asking

TODAY = date(2026, 8, 22)


@pytest.fixture(scope="session")
def builtin() -> Holdings:
    return load(None, today=TODAY, scale=None, file_bytes=None)


@pytest.fixture(scope="session")
def running(builtin: Holdings) -> Iterator[Server]:
    server = serve_in_background(Archive(builtin))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def asking(running: Server) -> Iterator[Asking]:
    client = Asking(running.url)
    yield client
    client.http.delete("/_sandbox/faults")
    client.http.post("/_sandbox/today", json={"date": TODAY.isoformat()})
    client.http.close()


@pytest.fixture(scope="session")
def public_product(running: Server) -> dict[str, Any]:
    """A public JWST product row."""
    return _first_product(running, "PUBLIC")


@pytest.fixture
def replaced_product(asking: Asking, public_product: dict[str, Any]) -> dict[str, Any]:
    """Another file of the same observation, for tests that have it reprocessed."""
    rows = asking.products(public_product["parent_obsid"])
    return next(row for row in rows if row["dataURI"] != public_product["dataURI"])


@pytest.fixture(scope="session")
def exclusive_product(running: Server) -> dict[str, Any]:
    """A product row under exclusive access."""
    return _first_product(running, "EXCLUSIVE_ACCESS")


def _first_product(running: Server, rights: str) -> dict[str, Any]:
    client = Asking(running.url)
    rows = client.observations("obsid,calib_level", dataRights=rights, obs_collection="JWST")
    obsid = next(row["obsid"] for row in rows if row["calib_level"] > 0)
    product = client.products(obsid)[0]
    client.http.close()
    return product
