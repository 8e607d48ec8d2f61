"""Searches that several modules look at, and the tables that are open of them."""

import pytest
from django.contrib.auth.models import User

from mastportal.search.models import Search
from mastportal.search.opened import tables
from tests.search.make import PROGRAMME, SEARCHES, answered


@pytest.fixture
def search(alice: User, sandbox: object) -> Search:
    """Of a programme, its rows here."""
    return answered(PROGRAMME, alice)


@pytest.fixture
def nothing_open() -> None:
    """No table of an earlier test is open still."""
    tables.clear()


@pytest.fixture
def programme(alice: User, sandbox: object, nothing_open: None) -> str:
    """The REST address of a search that has been answered."""
    return f"{SEARCHES}/{answered(PROGRAMME, alice).pk}"
