"""Owns what real checks said of people's tokens, for people to look at: it opens nothing to anybody.

Whoever looks at another's causes no question with the other's token: only what that person's own checks said
is told, and only where they allowed it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.access import Person, groups_of, id_of
from accounts.models import TokenState
from accounts.vault import Opened
from mastportal.files.models import RightCheck


@dataclass(frozen=True, slots=True)
class Said:
    """What the archive said of one person's token, and when."""

    username: str
    opens: bool
    checked_at: datetime


def note(token: Opened, scopes: Collection[str], *, opens: bool) -> None:
    """Write down what a check of this token said. Inside the caller's transaction, with the token locked."""
    for scope in sorted(scopes):
        told = {"opens": opens, "checked_at": token.opened_at}
        RightCheck.objects.update_or_create(token_id=token.token_id, scope=scope, defaults=told)


def own(user: Person, scopes: Collection[str]) -> dict[str, Said]:
    """By scope what one's own present token was last found to open."""
    rows = _of_accepted_tokens(scopes).filter(token__user_id=id_of(user))
    return {row.scope: _said(row) for row in rows}


def in_group(user: Person, group_id: int, scopes: Collection[str]) -> dict[str, list[Said]]:
    """By scope what is known of other members' tokens, of those who tell; {} to who is not in the group."""
    if not groups_of(user).filter(pk=group_id).exists():
        return {}
    rows = _of_accepted_tokens(scopes).filter(
        token__user__memberships__group_id=group_id, token__user__profile__tells_group_rights=True
    )
    found: dict[str, list[Said]] = defaultdict(list)
    for row in rows.exclude(token__user_id=id_of(user)).order_by("token__user__username"):
        found[row.scope].append(_said(row))
    return dict(found)


def _of_accepted_tokens(scopes: Collection[str]) -> QuerySet[RightCheck]:
    accepted = {"token__state": TokenState.VALID, "token__user__is_active": True}
    return RightCheck.objects.filter(scope__in=scopes, **accepted).select_related("token__user")


def _said(row: RightCheck) -> Said:
    return Said(row.token.user.get_username(), row.opens, row.checked_at)
