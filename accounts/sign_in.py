"""Owns signing in by name and password: failures are counted, lock out for a while, and are written down.

The counting is allauth's, in Valkey and shared by all processes. Knows no page and no single sign-on.
"""

import time
import unicodedata
from datetime import UTC, datetime
from math import ceil
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.audit import Event

COUNTED: dict[str, str] = {"app": "allauth.account", "action": "login_failed"}


class NotSignedIn(Exception):
    """The portal does not let somebody in; the text is one plain sentence for them."""


class LockedOut(NotSignedIn):
    """So many tries failed that none is taken before `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        minutes = ceil(self.after_s / 60)
        super().__init__(
            f"Signing in failed too often. Come back at {until:%H:%M} UTC, in {minutes} "
            f"minute{'' if minutes == 1 else 's'}; until then the right password does not help either."
        )

    @property
    def after_s(self) -> int:
        """Whole seconds until the next try is taken, at least one."""
        return max(1, ceil(self.until.timestamp() - time.time()))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks about accounts; its own pages, messages and sign-up are not offered."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return []

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say themselves what happened."""

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        raise NotSignedIn("This account is switched off; ask your administrator.")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host that allauth adds: whoever asks chooses its port freely, and would be counted anew.
        return _key_of(credentials["username"])

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises LockedOut; tries that are not taken prolong nothing."""
        if until := locked_until(request, credentials["username"]):
            raise LockedOut(until)
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:  # many tries at the same moment
            soon = datetime.fromtimestamp(time.time() + 1, UTC)
            raise LockedOut(locked_until(request, credentials["username"]) or soon) from None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        known = User.objects.filter(username__iexact=credentials["username"]).first()
        audit.note(Event.SIGN_IN_FAILED, None, person=known)
        if until := locked_until(request, credentials["username"]):
            audit.note(Event.LOCKED_OUT, None, person=known, until=until.isoformat(timespec="seconds"))


def _key_of(username: str) -> str:
    """What failures of a name are counted under, however it is spelt."""
    return unicodedata.normalize("NFKC", username).casefold()


def locked_until(request: HttpRequest, username: str) -> datetime | None:
    """When tries with this name, from this network address, are taken again; None: now."""
    ends = []
    for rate in ratelimit.get_rates(**COUNTED):
        key = ratelimit.get_cache_key(request, **COUNTED, rate=rate, key=_key_of(username))
        failures: list[float] = cache.get(key, [])  # Unix times, newest first
        if len(failures) >= rate.amount:
            ends.append(failures[rate.amount - 1] + rate.duration)
    until = max(ends, default=0.0)
    return datetime.fromtimestamp(until, UTC) if until > time.time() else None


def unlock(request: HttpRequest, username: str) -> None:
    """Forget the failures of a name, whose person has shown otherwise that they are it."""
    ratelimit.clear(request, **COUNTED, key=_key_of(username))


@sensitive_variables("password")
def enter(request: HttpRequest, username: str, password: str, onward: str) -> HttpResponse:
    """Sign in and go on to `onward`. Raises NotSignedIn, LockedOut among it."""
    person = get_adapter(request).authenticate(request, username=username, password=password)
    if person is None:
        raise NotSignedIn("This user name and password do not belong together; mind capital letters.")
    response: HttpResponse = perform_login(request, person, redirect_url=onward)
    return response
