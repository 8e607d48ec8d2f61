"""A token that MAST knows, entered by Alice."""

import pytest
from django.contrib.auth.models import User

from accounts import archive, tokens
from accounts.models import ArchiveToken
from tests.accounts.token_days import GOOD
from tests.archive import Sandbox


@pytest.fixture
def stored(alice: User, sandbox: Sandbox) -> ArchiveToken:
    tokens.store(alice, GOOD, made_on=archive.now().date())
    return ArchiveToken.objects.get(user=alice)
