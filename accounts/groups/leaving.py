"""Owns departures: from a group, and of a person from the portal. What was shared stays with the group."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model

from accounts import audit, sessions
from accounts.access import Person
from accounts.groups import members
from accounts.models import Membership, ResearchGroup, Role
from accounts.signals import person_removed
from mastportal.conflicts import Conflict


@transaction.atomic
def leave(user: User, group: ResearchGroup, successor_id: int | None = None) -> None:
    """`user` goes; `successor_id` is the seat of who becomes an owner before.

    Raises Http404 without such a successor, Conflict when the last owner names nobody.
    """
    members.hold(group.pk)
    seat = Membership.objects.filter(group=group, user=user).first()
    if seat is None:
        return
    if successor_id is not None:
        members.change_role(user, group, successor_id, Role.OWNER)
    _go(seat, by=user)


@transaction.atomic
def remove(by: Person, group: ResearchGroup, member_id: int) -> User:
    """An owner takes somebody out of the group; who it was. Raises Http404, Conflict for the last owner."""
    members.hold(group.pk)
    seat = members.seat_of(group, member_id)
    _go(seat, by=by)
    return seat.user


def _go(seat: Membership, by: Person | None) -> None:
    members.check_an_owner_stays(seat)
    audit.note(audit.Event.LEFT, by, person=seat.user, group_id=seat.group_id, role=seat.role)
    seat.delete()


def in_the_way(person: User) -> str:
    """Why a person cannot be removed yet, in one sentence; empty when nothing stands against it."""
    names = []
    for seat in Membership.objects.filter(user=person, role=Role.OWNER).select_related("group"):
        others = seat.group.memberships.exclude(user=person)
        if others.exists() and not others.filter(role=Role.OWNER).exists():
            names.append(seat.group.name)
    if names:
        return f"{person.get_username()} is the only owner of {', '.join(names)}: name another owner first."
    admins = User.objects.filter(is_superuser=True, is_active=True)
    if person.is_superuser and not admins.exclude(pk=person.pk).exists():
        return f"{person.get_username()} is the only administrator: name another one first."
    return ""


@transaction.atomic
def remove_person(person: User, by: Person | None) -> None:
    """Remove a person with their searches, token, keys and all that is theirs alone.

    What they shared goes to an owner of the group it belongs to; the audit keeps what they did under a
    number that no longer leads to anybody. Raises Conflict with the sentence of `in_the_way`.
    """
    groups = ResearchGroup.objects.filter(memberships__user=person).order_by("pk")
    list(groups.select_for_update(of=("self",)))
    if reason := in_the_way(person):
        raise Conflict(reason)
    audit.note(audit.Event.PERSON_REMOVED, by, person=person)
    Membership.objects.filter(user=person).delete()
    person_removed.send(User, user=person)
    sessions.end_all_of(person)
    _hand_on(person)
    person.delete()


def heir_of(group_id: int, person: User) -> int | None:
    """The id of who takes over what `person` made in a group: its longest-standing other owner."""
    owners = Membership.objects.filter(group_id=group_id, role=Role.OWNER).exclude(user=person)
    return owners.order_by("pk").values_list("user_id", flat=True).first()


def _hand_on(person: User) -> None:
    """Rows that belong to a group would go with their `owner`: they become an heir's, where there is one.

    These are the rows of any room that `accounts.access` rules over, by having both fields; a group that
    nobody else is in keeps nothing.
    """
    for model in _shareable():
        theirs = model._default_manager.filter(owner=person, group__isnull=False)
        for group_id in set(theirs.order_by().values_list("group_id", flat=True)):
            if heir := heir_of(group_id, person):
                theirs.filter(group_id=group_id).update(owner_id=heir)


def keep_from_strangers(instance: ResearchGroup, **_: Any) -> None:
    """Receiver of `pre_delete`: without a group its things are their `owner`s' again, but not a stranger's.

    What somebody left behind in it becomes the longest-standing owner's.
    """
    owners = instance.memberships.filter(role=Role.OWNER).order_by("pk")
    heir = owners.values_list("user_id", flat=True).first()
    if heir is None:
        return
    members_now = instance.memberships.values("user_id")
    for model in _shareable():
        left = model._default_manager.filter(group=instance).exclude(owner__in=members_now)
        left.update(owner_id=heir)


def _shareable() -> Iterator[type[Model]]:
    for model in apps.get_models():
        kinds = {field.name: field.related_model for field in model._meta.fields}
        if kinds.get("owner") is User and kinds.get("group") is ResearchGroup:
            yield model
