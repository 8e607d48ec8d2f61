"""What tests of the archive client share: hurried clients of the sandbox, a stub, a server of bytes."""

from collections.abc import Iterator
from typing import Any

import pytest

from mastportal.mast import transfer
from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from tests.mast.byte_server import serving
from tests.mast.question_server import Stub, hurried, stub_server
from tests.mast.transferred import BODY, URI


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_server() as server:
        yield server


@pytest.fixture
def archive(sandbox: Any) -> Archive:
    return hurried(sandbox.url)


@pytest.fixture
def client(archive: Archive) -> MastClient:
    return MastClient(archive)


@pytest.fixture
def server():
    with serving() as server:
        server.files[URI] = BODY
        yield server


@pytest.fixture
def fetch(server, tmp_path):
    """Fetches URI into tmp_path/key and checks that nothing else is ever left there."""

    def run(uri=URI, **options):
        archive = Archive(
            server.url, "portal-tests/1", connect_timeout_s=2, stall_s=options.pop("stall_s", 5), poll_s=0.05
        )
        destination = tmp_path / "key"
        try:
            return transfer.fetch(archive, uri, destination, **options)
        finally:
            assert set(tmp_path.iterdir()) <= {destination}

    return run
