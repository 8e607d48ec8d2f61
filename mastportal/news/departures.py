"""Owns what ends when a member leaves a group: hearing of the group's things, and adding to its baskets."""

from typing import Any

from django.db.models import Q

from mastportal.news.models import Subscription
from mastportal.news.rules import GONE


def member_left(user_id: int, group_id: int, **_: Any) -> None:
    """Receiver of `accounts.signals.left_group`."""
    theirs = Subscription.objects.filter(owner_id=user_id)
    theirs.filter(Q(watch__basket__group=group_id) | Q(watch__saved_search__group=group_id)).delete()
    theirs.filter(rule_basket__group=group_id).update(rule_basket=None, rule_error=GONE)
