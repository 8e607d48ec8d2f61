"""Owns the bell in the top bar: how many notices are unread. Tells nobody."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mastportal.outbox import bell


def unread(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, since fragments and JSON need none of it."""
    person = getattr(request, "user", None)  # the API's error handler has none
    if person is None or not person.is_authenticated:
        return {}
    return {"unread_notices": SimpleLazyObject(lambda: bell.unread(person))}
