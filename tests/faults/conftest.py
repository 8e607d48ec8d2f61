"""One portal of its own for all tests of faults in a process, and the files it is tried with."""

from collections.abc import Iterator

import pytest

from tests.faults.portal import Portal, running
from tests.faults.supply import Supply


@pytest.fixture(scope="session")
def faulty_portal() -> Iterator[Portal]:
    """A portal on small files whose archive does what it is told to."""
    with running("--scale 800 --file-bytes 12000") as portal:
        yield portal


@pytest.fixture(scope="session")
def supply(faulty_portal: Portal) -> Supply:
    return Supply(faulty_portal)
