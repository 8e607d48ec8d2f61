"""What the store's tests share: a store of their own, products of the sandbox, people with tokens."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts import tokens
from mastportal.files import fetching
from mastportal.files.models import StoredFile
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN, observations, products


@pytest.fixture(autouse=True)
def store_dir(settings, tmp_path) -> Path:
    settings.STORE_DIR = tmp_path / "store"
    return settings.STORE_DIR


@pytest.fixture(scope="session")
def listed(request) -> Callable[..., list[dict[str, Any]]]:
    """The products of the first observation with the given values; asked once a session."""
    known: dict[Any, list[dict[str, Any]]] = {}

    def products_of(url: str, **filters: str) -> list[dict[str, Any]]:
        key = (url, *sorted(filters.items()))
        if key not in known:
            known[key] = products(url, observations(url, **filters)[0]["obsid"])
        return known[key]

    return products_of


@pytest.fixture
def public(sandbox, listed) -> list[dict[str, Any]]:
    """Public FITS products of one JWST observation."""
    rows = listed(sandbox.url, obs_collection="JWST", dataRights="PUBLIC")
    return [row for row in rows if row["dataURI"].endswith(".fits") and row["dataRights"] == "PUBLIC"]


@pytest.fixture
def secret(sandbox, listed) -> list[dict[str, Any]]:
    """Exclusive FITS products of a programme that Alice's token opens and Bob's does not."""
    programme = programme_of(sandbox, ALICE_TOKEN)
    rows = listed(sandbox.url, obs_collection="JWST", dataRights="EXCLUSIVE_ACCESS", proposal_id=programme)
    return [
        row
        for row in rows
        if row["dataURI"].endswith(".fits")
        and row["dataRights"] != "PUBLIC"
        and row["proposal_id"] == programme
    ]


def programme_of(sandbox, token: str) -> str:
    """The first JWST programme with executed exclusive observations that this token opens."""
    programmes = next(known["programs"] for known in sandbox.tokens() if known["token"] == token)
    return next(
        programme
        for programme in programmes
        if observations(
            sandbox.url, obs_collection="JWST", dataRights="EXCLUSIVE_ACCESS", proposal_id=programme
        )
    )


@pytest.fixture
def alice_with_token(alice: User) -> User:
    tokens.store(alice, ALICE_TOKEN)
    return alice


@pytest.fixture
def bob_with_token(bob: User) -> User:
    tokens.store(bob, BOB_TOKEN)
    return bob


def obtain(row: dict[str, Any], user: User | None = None, **changes: Any) -> StoredFile:
    """`fetching.obtain` of a product row as its list gave it."""
    facts = {"programme": row["proposal_id"], "release_mjd": None, "size_bytes": row["size"]}
    return fetching.obtain(row["dataURI"], user=user, **facts | changes)


def asked_for(sandbox, since: int, uri: str) -> list[str]:
    """The methods of all requests for a product's bytes since a mark."""
    return [entry["method"] for entry in sandbox.log(since) if entry["uri"] == uri]
