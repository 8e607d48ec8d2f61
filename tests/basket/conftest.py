"""Fixtures of baskets: filled ones, and a clock for what must stay fast."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from accounts.models import ResearchGroup
from basket import baskets, lines
from basket.models import Basket
from tests.archive import Sandbox
from tests.basket.make import basket_of, observation
from tests.files.archive_products import observations, products


@pytest.fixture
def benchmark_s() -> Callable[[float], AbstractContextManager[None]]:
    """Fails when the body takes longer than so many seconds of this process."""

    @contextmanager
    def within(most_s: float) -> Iterator[None]:
        start = time.process_time()
        yield
        assert time.process_time() - start < most_s

    return within


@pytest.fixture
def basket(alice: User, sandbox: object) -> Basket:
    """Three observations of programme 1176, shared with Alice's group, their product lists here."""
    return basket_of(alice, 3, group=ResearchGroup.objects.get(name="Demo group"))


@pytest.fixture
def common(alice: User, bob: User) -> Basket:
    """A basket of two observations that belongs to the group of Alice and Bob, which Alice made."""
    basket = baskets.make("Shared", alice, ResearchGroup.objects.get(name="Demo group"))
    lines.add_observations(basket, [observation(1), observation(2)], alice, "everything of 1176")
    return basket


@pytest.fixture(scope="session")
def exclusive_programme() -> str:
    """A JWST programme whose exclusive files Alice's token opens, and Bob's does not."""
    with closing(Sandbox(settings.ARCHIVE_URL)) as sandbox:
        tokens = sandbox.tokens()
    (programmes,) = [token["programs"] for token in tokens if token["owner"] == "alice"]
    rows = observations(settings.ARCHIVE_URL, dataRights="EXCLUSIVE_ACCESS", obs_collection="JWST")
    return next(row["proposal_id"] for row in rows if row["proposal_id"] in programmes)


@pytest.fixture(scope="session")
def exclusive_uri(exclusive_programme: str) -> str:
    """A file that only Alice's token opens."""
    asked = {"proposal_id": exclusive_programme, "obs_collection": "JWST", "dataRights": "EXCLUSIVE_ACCESS"}
    rows = observations(settings.ARCHIVE_URL, **asked)
    listed = products(settings.ARCHIVE_URL, rows[0]["obsid"])
    return next(row["dataURI"] for row in listed if row["dataRights"] == "EXCLUSIVE_ACCESS")


@pytest.fixture
def mine(alice: User) -> Basket:
    """An empty basket of Alice's alone."""
    return Basket.objects.create(name="Mine", owner=alice)
