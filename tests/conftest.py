"""The fixtures that every room's tests share: the cast, the sandbox's controls, a real Celery worker."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from redis import ConnectionPool
from rest_framework.test import APIClient

from mastportal.celery import app
from mastportal.embedded.state import CHECKOUT
from tests.archive import Sandbox
from tests.faults.summary import pytest_terminal_summary
from tests.letters import Letters, listening
from tests.people import client_of, make_person, signed_in
from tests.waiting import wait_until
from tests.workers import LIVING, Worker

# How long an example takes says how busy the machine is. The same code is tried with the same examples, so
# that a change is judged by what it changes; HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, derandomize=False)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))

__all__ = ["pytest_terminal_summary"]  # a hook, found by its name

SHARED = CHECKOUT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded archive metadata beside the checkout; skips where it is absent."""
    if not (SHARED / "mast").is_dir():
        pytest.skip("the recorded metadata (../shared/mast) is not on this machine")
    return SHARED


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with portals of their own come first: no process is left alone with one at the end.

    Files with a worker come last, and in them the tests that need it: it is started and stopped seldom.
    """
    needing = {item.path for item in items if _needs_worker(item)}
    items.sort(key=lambda item: (not _is_long(item.path), item.path in needing, _needs_worker(item)))


def _is_long(path: Path) -> bool:
    return path.parent.name in ("embedded", "faults")


def _needs_worker(item: pytest.Item) -> bool:
    return "worker" in getattr(item, "fixturenames", ())


def pytest_sessionfinish() -> None:
    """Close what a process keeps open for its life: a socket left to the garbage collector is a warning."""
    app.pool.force_close_all()
    get_cache_pool().disconnect()


def get_cache_pool() -> ConnectionPool:
    return cache._cache.get_client().connection_pool


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tables are emptied between tests, which the audit bears in this database alone.

    What a killed worker had asked may still be at work when the database goes: its sessions are ended first.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET portal.audit_emptied = 'on'")
        connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )
        connection.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The sandbox that ./run test started, without faults before and after."""
    control = Sandbox(settings.ARCHIVE_URL)
    control.clear()
    yield control
    control.clear()
    control.close()


@pytest.fixture(autouse=True)
def _clean_cache(request: pytest.FixtureRequest) -> None:
    """What one test remembered must not answer another."""
    fixtures = {"db", "transactional_db"} & set(request.fixturenames)
    if fixtures or request.node.get_closest_marker("django_db"):
        cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    """Owns things."""
    return make_person("alice", "Demo group", "owner")


@pytest.fixture
def bob(db: None) -> User:
    """Is in Alice's group, as an editor."""
    return make_person("bob", "Demo group", "editor")


@pytest.fixture
def charlie(db: None) -> User:
    """Must see nothing of theirs."""
    return make_person("charlie", "Another group", "owner")


@pytest.fixture
def web(alice: User) -> Client:
    """Alice's browser."""
    return signed_in(alice)


@pytest.fixture
def api(alice: User) -> APIClient:
    """Alice's REST client."""
    return client_of(alice)


@pytest.fixture(autouse=True)
def _nobody_works_unasked(request: pytest.FixtureRequest) -> None:
    """A worker left over from another file would take what this test only queues."""
    if "worker" not in request.fixturenames:
        for worker in LIVING:
            worker.kill()


@pytest.fixture(scope="session")
def _celery_worker(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    with django_db_blocker.unblock():
        worker = Worker(tmp_path_factory.mktemp("worker") / "log")
    LIVING.append(worker)
    yield worker
    LIVING.remove(worker)
    worker.kill()


@pytest.fixture(autouse=True)
def _ends_in_quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tables are emptied when nobody writes any more: workers and servers may still be at it."""
    if "transactional_db" not in request.fixturenames and not _is_transactional(request.node):
        yield
        return
    request.getfixturevalue("transactional_db")  # which ends after this one
    yield
    with suppress(AssertionError):
        wait_until(_nobody_else_is_at_the_database, patience_s=10)


def _is_transactional(test: pytest.Item) -> bool:
    marker = test.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))


def _nobody_else_is_at_the_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return cursor.fetchone() == (0,)


@pytest.fixture
def worker(transactional_db: None, _celery_worker: Worker) -> Worker:
    """The session's worker, alive before; the queues are emptied first."""
    app.control.purge()
    if not _celery_worker.lives:
        _celery_worker.start()
    return _celery_worker


@pytest.fixture
def letters(settings: Any) -> Iterator[Letters]:
    """What came to the mail server by which the portal's mails leave."""
    letters = Letters()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with listening(letters) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
        settings.MAIL_IS_ON = True
        yield letters
