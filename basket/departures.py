"""Owns what becomes of bundles and stagings when who asked for them goes, as `accounts.signals` tells.

What is complete stays with the group. What is still being fetched stops: it goes by the token of who asked,
and that is used for nobody else.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from basket import bundles
from basket.models import Bundle, Staging
from basket.phases import UNDER_WAY
from basket.ways import staging


def member_left(user_id: int, group_id: int, **_: Any) -> None:
    """Receiver of `left_group`: of what is the group's, what they wait for stops and what lies out goes."""
    _end(
        Bundle.objects.filter(owner_id=user_id, group_id=group_id),
        Staging.objects.filter(owner_id=user_id, bundle__group_id=group_id),
    )


def person_removed(user: User, **_: Any) -> None:
    """Receiver of `person_removed`: the same of all they ever asked for."""
    _end(Bundle.objects.filter(owner=user), Staging.objects.filter(owner=user))


def _end(asked: QuerySet[Bundle], laid_out: QuerySet[Staging]) -> None:
    for bundle in asked.filter(phase__in=UNDER_WAY).only("pk"):
        bundles.stop(bundle)
    for each in laid_out:
        staging.take_away(each)
