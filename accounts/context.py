"""Owns what the top bar shows: the archive's status and the person's token. Asks nothing."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import archive, tokens

SHORT = {
    "none": "No token",
    "valid": "Token",
    "expiring": "Token ends soon",
    "expired": "Token expired",
    "refused": "Token refused",
    "missing-scope": "Token lacks scope",
    "wrong-person": "Token of another",
}


def _token(request: HttpRequest) -> dict[str, Any]:
    known = tokens.state(request.user)
    return {**known, "short": SHORT[known["state"]], "is_fine": known["state"] == "valid"}


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, since fragments and JSON need none of it."""
    context: dict[str, Any] = {"archive_status": SimpleLazyObject(archive.status)}
    # The API's error handler and middleware-less requests have no user.
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        context["token_state"] = SimpleLazyObject(lambda: _token(request))
    return context
