"""Owns which baskets a page offers for putting things into. Changes nothing."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import Person, groups_to_share_with
from basket.models import Basket


def choices(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the baskets that the person may write, looked up only by pages that offer them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"basket_choices": SimpleLazyObject(lambda: writable_baskets(user))}


def writable_baskets(user: Person) -> list[Basket]:
    """A person's own baskets and those of groups they may write in, the newest first."""
    groups = [group_id for group_id, _ in groups_to_share_with(user)]
    return list(Basket.objects.filter(Q(owner_id=user.pk) | Q(group_id__in=groups)).order_by("-pk"))
