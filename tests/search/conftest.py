"""A search that several modules look at."""

import pytest
from django.contrib.auth.models import User

from mastportal.search.models import Search
from tests.search.make import PROGRAMME, answered


@pytest.fixture
def search(alice: User, sandbox: object) -> Search:
    """Of a programme, its rows here."""
    return answered(PROGRAMME, alice)
