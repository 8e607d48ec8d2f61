"""Owns who may see or change a basket or a bundle, by the rules of `accounts.access`. Knows no data inside.

Outsiders are told that there is no such thing; readers of the group are told that they may not change it.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.access import (
    Person,
    editable_or_403,
    group_to_share_with,
    may_edit,
    role_on,
    visible,
    visible_or_404,
)
from accounts.models import ResearchGroup, Role
from basket.models import Basket, Bundle

__all__ = ["Person", "group_to_share_with", "may_edit", "role_on"]


def visible_baskets(user: Person) -> QuerySet[Basket]:
    """A person's own baskets and those of the groups they are in."""
    return visible(Basket.objects.select_related("owner", "group"), user)


def visible_bundles(user: Person) -> QuerySet[Bundle]:
    """A person's own bundles and those of the groups they are in, without the layouts' bytes.

    The work list of an answer that is being streamed is nobody's to see.
    """
    seen = Bundle.objects.filter(lease_token=None).select_related("owner", "group", "basket")
    return visible(seen.defer("plan", "manifest"), user)


def basket_to_read(user: Person, basket_id: int) -> Basket:
    return visible_or_404(Basket.objects.select_related("owner", "group"), user, pk=basket_id)


def basket_to_write(user: Person, basket_id: int) -> Basket:
    return editable_or_403(Basket.objects.select_related("owner", "group"), user, pk=basket_id)


def bundle_to_read(user: Person, bundle_id: UUID) -> Bundle:
    return visible_or_404(visible_bundles(user), user, pk=bundle_id)


def bundle_to_write(user: Person, bundle_id: UUID) -> Bundle:
    bundle = bundle_to_read(user, bundle_id)
    if not may_stop(user, bundle):
        raise PermissionDenied("You may look at this but not change it; ask its owner.")
    return bundle


def may_stop(user: Person, bundle: Bundle) -> bool:
    """Whether a bundle that `user` sees is theirs to stop or retry: also a reader's who asked for it."""
    return bundle.owner_id == user.pk or may_edit(user, bundle)


def may_change(user: Person, basket: Basket) -> bool:
    """Whether `user` may change the basket now: not while it is locked."""
    return basket.locked_at is None and may_edit(user, basket)


def may_move(user: Person, basket: Basket) -> bool:
    """Whether `user`, who may write here, decides to whom the basket belongs."""
    return basket.owner_id == user.pk or role_on(user, basket) == Role.OWNER


def new_group(user: Person, basket: Basket, group_id: int | None) -> ResearchGroup | None:
    """The group a basket belongs to from now on, as `user` decides who may write there and here.

    Who made it and the owners of its group decide; only who made it takes it out of all groups. Raises
    PermissionDenied.
    """
    if not may_move(user, basket) or (group_id is None and basket.owner_id != user.pk):
        raise PermissionDenied(
            "Only who made the basket or an owner of its group decides to whom it belongs."
        )
    return group_to_share_with(user, group_id)
