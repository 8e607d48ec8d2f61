"""Owns which questions a page may mark as saved. Changes nothing."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from mastportal.desk.saved import all_of


def kept(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the searches that the person or their groups saved, looked up only when shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "saved_search_ids": SimpleLazyObject(
            lambda: set(all_of(user).order_by().values_list("search_id", flat=True))
        )
    }
