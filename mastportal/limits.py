"""Owns how often one person may ask, and how large a request may be; what is above is refused, not queued.

Each person has a bucket for a kind of request in Valkey, full at first and refilled evenly: a minute's worth
may come at once. Without Valkey nobody is refused. Sign-in has limits of its own (accounts).
"""

import logging
from collections.abc import Callable
from functools import cache
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from redis import RedisError
from redis.commands.core import Script
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from mastportal import cachepool
from mastportal.api import API_PREFIX, ApiError, error_body

logger = logging.getLogger(__name__)
Respond = Callable[[HttpRequest], HttpResponseBase]

# What sends a question to the archive at somebody's wish, by the names of addresses. Of downloads, and of
# what is said before them, the connections are bounded instead.
ASKING: dict[str, set[str]] = {
    "ask": {"GET", "POST"},
    "count": {"POST"},
    "values": {"POST"},
    "targets": {"POST"},
    "targets-list": {"POST"},
    "result-refresh": {"POST"},
    "result-observations": {"POST"},
    "saved-search": {"GET"},
    "programme": {"GET"},
    "programme-refresh": {"POST"},
    "basket-refresh": {"POST"},
    # The rows of a basket's file are looked up; a token, and what it opens, is asked about.
    "basket-import": {"POST"},
    "basket-import-again": {"POST"},
    "account-token": {"POST"},
    "account-token-check": {"POST"},
    "my-programmes-check": {"POST"},
    # What is followed, or followed in another way, is looked at soon.
    "subscription-new": {"POST"},
    "subscription": {"POST"},
    "subscription-pause": {"POST"},
    "subscription-file": {"POST"},
    "api-searches": {"POST"},
    "api-counts": {"POST"},
    "api-resolve": {"GET"},
    "api-programme": {"GET"},
    "api-basket-refresh": {"POST"},
    "api-basket-imports": {"POST"},
    "api-my-token": {"PUT"},
    "api-my-programmes": {"POST"},
    "api-subscriptions": {"POST"},
    "api-subscription": {"PATCH"},
}

# KEYS bucket; ARGV requests a minute. The bucket is the moment when it will be full again (GCRA); gives the
# milliseconds to wait, 0 for one that is let through.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local each = 60000 / tonumber(ARGV[1])
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
if full + each - now > 60000.5 then
  return math.ceil(full + each - now - 60000)
end
redis.call('SET', KEYS[1], string.format('%.3f', full + each), 'PX', 61000)
return 0
"""


@cache
def _take() -> Script:
    return cachepool.client(settings.CACHE_URL).register_script(TAKE)


def wait_s(kind: str, person_id: int, per_minute: int) -> int:
    """Counts one request of a kind; whole seconds to wait where it is one too many, else 0."""
    if per_minute <= 0:
        return 0
    try:
        return ceil(int(_take()(keys=[f"limit:{kind}:{person_id}"], args=[per_minute])) / 1000)
    except RedisError:
        logger.warning("Valkey does not answer; requests are not counted meanwhile")
        return 0


def _check(kind: str, person_id: int, per_minute: int, of_what: str) -> None:
    if after_s := wait_s(kind, person_id, per_minute):
        message = f"That is more than {per_minute} {of_what} a minute; go on in {after_s} s."
        raise ApiError("too_often", message, 429, headers={"Retry-After": str(after_s)})


def _asks(request: Request | HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and request.method in ASKING.get(match.url_name or "", ())


class ApiThrottle(BaseThrottle):
    """Django REST framework's throttle of every address under the API, by person whichever key they use."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """True, or raises ApiError 429."""
        if (person_id := request.user.pk) is not None:
            _check("api", person_id, settings.API_PER_MINUTE, "requests")
            if _asks(request):
                _check("search", person_id, settings.SEARCHES_PER_MINUTE, "questions to the archive")
        return True


class Bounds:
    """Middleware, the innermost: no body above the limits is read, and pages that ask are counted."""

    def __init__(self, get_response: Respond) -> None:
        self._respond = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            _check_size(request)
        except ApiError as error:
            return refusal(request, error)
        return self._respond(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        """None, or the refusal; the API's own throttle knows who holds a key."""
        if request.path.startswith(API_PREFIX) or not _asks(request) or request.user.pk is None:
            return None
        try:
            _check("search", request.user.pk, settings.SEARCHES_PER_MINUTE, "questions to the archive")
        except ApiError as error:
            return refusal(request, error)
        return None


def _check_size(request: HttpRequest) -> None:
    """Raises ApiError 413 for a body above the limits."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    has_files = (request.content_type or "").startswith("multipart/")
    most = settings.UPLOAD_MAX_BYTES if has_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if told.isdecimal() and int(told) > most:
        raise ApiError("too_large", f"This is larger than {most / 1e6:.0f} MB, the most that is taken.", 413)


def refusal(request: HttpRequest, error: ApiError) -> HttpResponse:
    """The error as JSON under the API, else as a page."""
    if request.path.startswith(API_PREFIX):
        return JsonResponse(error_body(error), status=error.status, headers=error.headers)
    page = render(request, "errors/refused.html", {"error": error}, status=error.status)
    for name, value in error.headers.items():
        page.headers[name] = value
    return page
