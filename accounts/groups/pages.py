"""Owns what the pages of groups show, worked out beforehand."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count

from accounts.groups import invitations, members
from accounts.groups.forms import ROLES
from accounts.models import Invitation, Membership, ResearchGroup, Role


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One invitation as its group's owners see it."""

    invitation: Invitation
    standing: str


def groups_page(user: User) -> dict[str, Any]:
    """The groups that `user` is in, each with how many others are."""
    seats = Membership.objects.filter(user=user).select_related("group")
    return {"seats": seats.annotate(people=Count("group__memberships")).order_by("group__name")}


def group_page(group: ResearchGroup, user: User) -> dict[str, Any]:
    """Its members for every member; its invitations for its owners."""
    seats = list(members.seats_of(group))
    mine = next((seat for seat in seats if seat.user_id == user.pk), None)
    owners = [seat for seat in seats if seat.role == Role.OWNER]
    is_owner = mine in owners
    lines = invitations.listed(group) if is_owner else []
    return {
        "group": group,
        "seats": seats,
        "mine": mine,
        "is_owner": is_owner,
        "others": [seat for seat in seats if seat is not mine],
        "is_last_owner": owners == [mine],
        "roles": ROLES,
        "invitations": [InvitationLine(each, str(invitations.standing(each))) for each in lines],
    }
