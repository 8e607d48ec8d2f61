"""Owns `/healthz`: says of each part of the portal whether it works. Touches no person's data."""

import shutil
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import archive
from mastportal.celery import app

WORKER_SEEN = "worker-seen"
LEAST_FREE_BYTES = 256 * 1024**2
# A ping takes two connections of Celery's pool: many at once would wait for each other's second for ever.
_pinging = Lock()


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _broker() -> str:
    with app.connection_for_read(connect_timeout=2) as link:
        link.ensure_connection(max_retries=1, timeout=2)
    return "ok"


def _worker() -> str:
    with _pinging:
        if not cache.get(WORKER_SEEN):
            if not app.control.ping(timeout=1.0):
                raise RuntimeError("no worker answers")
            cache.set(WORKER_SEEN, True, timeout=15)
    return "ok"


def _archive() -> str:
    status = archive.status()
    if status["up"] is False:
        raise RuntimeError("the archive did not answer the last time it was asked")
    if status["rests_for_s"]:
        return f"left alone for {status['rests_for_s']:.0f} s after failing several times in a row"
    return "ok" if status["up"] else "not asked yet"


def _disk() -> str:
    settings.STORE_DIR.mkdir(parents=True, exist_ok=True)
    free_bytes = shutil.disk_usage(settings.STORE_DIR).free
    if free_bytes < LEAST_FREE_BYTES:
        raise RuntimeError(f"only {free_bytes} bytes are free")
    return "ok"


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "archive": _archive,
    "disk": _disk,
}


def _state(check: Callable[[], str]) -> tuple[str, bool]:
    try:
        return check(), True
    except Exception as error:
        return f"down: {type(error).__name__}", False


def states() -> dict[str, tuple[str, bool]]:
    """Of each part in words how it is, and whether that is well."""
    return {name: _state(check) for name, check in PARTS.items()}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with each part's state, 503 with the same when any part is down."""
    found = states()
    healthy = all(fine for _, fine in found.values())
    return JsonResponse({name: text for name, (text, _) in found.items()}, status=200 if healthy else 503)
