"""Owns a research group's name and seats: who is in it, as what. Knows nothing of what the group shares."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404

from accounts import audit
from accounts.access import Person, groups_of, id_of, role_in
from accounts.models import Membership, ResearchGroup, Role
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery

NAME_MOST = 120
# That one person may own: a slip of a script does not fill the portal with groups.
OWNED_MOST = 20
LAST_OWNER = "A group needs an owner: make somebody else its owner first."


def to_read(user: Person, group_id: int) -> ResearchGroup:
    """A group that `user` is in. Raises Http404, also where there is one that is not theirs."""
    group = groups_of(user).filter(pk=group_id).first()
    if group is None:
        raise Http404
    return group


def to_run(user: Person, group_id: int) -> ResearchGroup:
    """A group that `user` owns. Raises Http404 for outsiders, PermissionDenied for its other members."""
    group = to_read(user, group_id)
    if role_in(user, group) != Role.OWNER:
        raise PermissionDenied("Only the group's owners do this; ask one of them.")
    return group


def seats_of(group: ResearchGroup) -> QuerySet[Membership]:
    """Who is in the group, by user name, with the people."""
    return group.memberships.select_related("user").order_by("user__username")


def seat_of(group: ResearchGroup, member_id: int) -> Membership:
    """One seat of the group by its id. Raises Http404."""
    seat = seats_of(group).filter(pk=member_id).first()
    if seat is None:
        raise Http404
    return seat


def hold(group_id: int) -> ResearchGroup:
    """The group's row, held until the transaction ends: who changes its seats next waits. Raises Http404."""
    group = ResearchGroup.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise Http404
    return group


def check_an_owner_stays(seat: Membership) -> None:
    """Raises Conflict when the group would be without an owner if `seat` were no longer one's."""
    if seat.role == Role.OWNER:
        check_owners_stay(seat.group_id, [seat.pk])


def check_owners_stay(group_id: int, without: Collection[int]) -> None:
    """Raises Conflict when the group would be without an owner if these seats were no longer owners'."""
    owners = Membership.objects.filter(group_id=group_id, role=Role.OWNER)
    if not owners.exclude(pk__in=without).exists():
        raise Conflict(LAST_OWNER)


def _proper(name: str, group: ResearchGroup) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadQuery("Give the group a name.", "name")
    if len(name) > NAME_MOST or not name.isprintable():
        raise BadQuery(f"A group's name is a line of at most {NAME_MOST} characters that show.", "name")
    of_this_name = ResearchGroup.objects.filter(name__iexact=name).values_list("pk", flat=True)
    if set(of_this_name) - {group.pk}:
        raise BadQuery("There is a group of this name already; choose another.", "name")
    return name


def _named(group: ResearchGroup, name: str) -> ResearchGroup:
    """The group kept under a name that nobody else takes at the same moment."""
    group.name = _proper(name, group)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise BadQuery("There is a group of this name already; choose another.", "name") from None
    return group


@transaction.atomic
def make(user: User, name: str) -> ResearchGroup:
    """A new group that `user` owns. Raises BadQuery for its name, Conflict when they own very many."""
    if Membership.objects.filter(user=user, role=Role.OWNER).count() >= OWNED_MOST:
        raise Conflict(f"You own {OWNED_MOST} groups already; more are made by an administrator.")
    group = _named(ResearchGroup(), name)
    place(user, group, Role.OWNER, by=user)
    return group


def rename(group: ResearchGroup, name: str) -> None:
    """Raises BadQuery."""
    _named(group, name)


@transaction.atomic
def place(person: Person, group: ResearchGroup, role: str, *, by: Person | None) -> Membership:
    """Let `person` be in the group as `role`, whatever they were before; nobody is told twice.

    `by` is None where a machine decides, such as the lab's sign-on. Raises Conflict for the last owner.
    """
    hold(group.pk)
    seat = Membership.objects.filter(group=group, user_id=id_of(person)).first()
    if seat is None:
        seat = Membership.objects.create(group=group, user_id=id_of(person), role=role)
        audit.note(audit.Event.JOINED, by, person=person, group_id=group.pk, role=str(role))
    elif seat.role != role:
        check_an_owner_stays(seat)
        audit.note(
            audit.Event.ROLE_CHANGED, by, person=person, group_id=group.pk, role=str(role), before=seat.role
        )
        seat.role = role
        seat.save(update_fields=["role"])
    return seat


def change_role(by: Person, group: ResearchGroup, member_id: int, role: str) -> Membership:
    """Raises Http404 without such a member, Conflict where the last owner would be none any more."""
    return place(seat_of(group, member_id).user, group, role, by=by)
