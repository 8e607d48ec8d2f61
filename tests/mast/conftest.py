"""What tests of the archive client share: clients of the sandbox with short patience, and a stub."""

from collections.abc import Iterator
from typing import Any

import pytest

from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from tests.mast.question_server import Stub, hurried, stub_server


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
