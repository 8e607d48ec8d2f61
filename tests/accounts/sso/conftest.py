"""A real provider, and a portal configured for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts.identity_provider import Browser, running
from tests.accounts.sso.steps import PORTAL

GROUPS = {"exo": {"Exoplanets": "editor"}, "pi": {"Exoplanets": "owner", "Proposals": "reader"}}


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with running([PORTAL]) as address:
        yield address


@pytest.fixture(autouse=True)
def configured(issuer: str, settings: Any) -> Any:
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, "Institute login"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "portal", "a secret of both"
    settings.OIDC_SCOPES = ["openid", "profile", "email", "groups"]
    settings.OIDC_GROUPS = GROUPS
    return settings


@pytest.fixture
def visitor(issuer: str) -> Iterator[Browser]:
    visitor = Browser(issuer)
    yield visitor
    visitor.close()
