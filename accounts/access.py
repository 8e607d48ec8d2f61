"""Owns who may see or change what a person owns or a group shares. Knows nothing of baskets or files.

A thing with a group belongs to the group: only its members reach it, and its `owner` is who made it.
A thing without one is its owner's alone. So whoever leaves a group leaves there what they shared.
"""

from typing import Protocol, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from accounts.models import Membership, ResearchGroup, Role

Person = User | AnonymousUser
Row = TypeVar("Row", bound=Model)
WRITERS = frozenset({Role.OWNER.value, Role.EDITOR.value})


def id_of(user: Person) -> int:
    """The person's id; 0 for nobody, to whom no row belongs."""
    return user.pk or 0


class Shareable(Protocol):
    """A row of one person, or of the group it was shared with, in which they made it."""

    owner_id: int
    group_id: int | None


def groups_of(user: Person) -> QuerySet[ResearchGroup]:
    """The groups `user` is a member of; none for nobody."""
    if not user.is_authenticated:
        return ResearchGroup.objects.none()
    return ResearchGroup.objects.filter(memberships__user_id=id_of(user))


def roles_of(user: Person) -> list[Membership]:
    """The memberships of `user`, with their groups, by name."""
    return list(Membership.objects.filter(user_id=id_of(user)).select_related("group"))


def role_in(user: Person, group: ResearchGroup | int) -> str | None:
    """`owner`, `editor` or `reader`; None for an outsider."""
    group_id = group if isinstance(group, int) else group.pk
    roles = Membership.objects.filter(user_id=id_of(user), group_id=group_id)
    return roles.values_list("role", flat=True).first()


def role_on(user: Person, thing: Shareable) -> str | None:
    """What `user` is to `thing`: their role in the group it belongs to, else whether it is their own."""
    if thing.group_id is not None:
        return role_in(user, thing.group_id)
    return Role.OWNER.value if user.is_authenticated and thing.owner_id == user.pk else None


def may_edit(user: Person, thing: Shareable) -> bool:
    """The owner of what is in no group; the group's owners and editors of what is."""
    return role_on(user, thing) in WRITERS


def visible(rows: QuerySet[Row], user: Person) -> QuerySet[Row]:
    """Those of `rows` (with `owner` and `group`) that `user` may see: where every page's queryset starts."""
    if not user.is_authenticated:
        return rows.none()
    return rows.filter(_theirs(user) | Q(group__in=groups_of(user).values("pk")))


def writable(rows: QuerySet[Row], user: Person) -> QuerySet[Row]:
    """Those of `rows` (with `owner` and `group`) that `user` may change."""
    if not user.is_authenticated:
        return rows.none()
    seats = Membership.objects.filter(user_id=user.pk, role__in=WRITERS)
    return rows.filter(_theirs(user) | Q(group__in=seats.values("group")))


def _theirs(user: Person) -> Q:
    return Q(group=None, owner_id=id_of(user))


def visible_or_404(rows: QuerySet[Row], user: Person, **lookup: object) -> Row:
    """The one row that `user` may see. Raises Http404, also where it exists but is not theirs to see."""
    row = visible(rows, user).filter(**lookup).first()
    if row is None:
        raise Http404
    return row


def editable_or_403(rows: QuerySet[Row], user: Person, **lookup: object) -> Row:
    """The one row that `user` may change. Raises Http404 for outsiders, PermissionDenied for readers."""
    row = visible_or_404(rows, user, **lookup)
    if not may_edit(user, row):  # type: ignore[arg-type]
        raise PermissionDenied("You may look at this but not change it; ask its owner.")
    return row


def groups_to_share_with(user: Person) -> list[tuple[int, str]]:
    """Id and name of the groups in which `user` may write."""
    return [(seat.group_id, seat.group.name) for seat in roles_of(user) if seat.role in WRITERS]


def group_to_share_with(user: Person, group_id: int | None) -> ResearchGroup | None:
    """The group something is to be shared with: one in which `user` may write. None shares with nobody.

    Raises PermissionDenied.
    """
    if group_id is None:
        return None
    group = groups_of(user).filter(pk=group_id).first()
    if group is None:
        raise PermissionDenied("You are not in that research group, so nothing can be shared with it.")
    if role_in(user, group) not in WRITERS:
        raise PermissionDenied("You may read in this group but not share with it; ask its owner.")
    return group
