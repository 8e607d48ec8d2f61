"""Owns which baskets a page offers for putting things into. Changes nothing."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import Person, writable
from basket.models import Basket


def choices(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the baskets that the person may write, looked up only by pages that offer them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"basket_choices": SimpleLazyObject(lambda: writable_baskets(user))}


def writable_baskets(user: Person) -> list[Basket]:
    """A person's own baskets and those of groups they may write in, the newest first."""
    return list(writable(Basket.objects.order_by("-pk"), user))
