"""Going: what goes with somebody, what stays, and who hears of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import Http404

from accounts import audit, keys
from accounts.access import role_in
from accounts.groups import leaving, members
from accounts.models import ApiToken, AuditEntry, Membership, Profile, ResearchGroup
from accounts.signals import left_group, person_removed
from basket.models import Basket
from mastportal.conflicts import Conflict
from tests.people import make_person


@pytest.fixture
def group(alice, bob) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def heard() -> Iterator[list[tuple[int, int]]]:
    """Who left which group, as rooms are told it."""
    told: list[tuple[int, int]] = []

    def hear(sender: Any, user_id: int, group_id: int, **_: Any) -> None:
        told.append((user_id, group_id))

    left_group.connect(hear)
    yield told
    left_group.disconnect(hear)


def test_a_member_goes_and_what_they_shared_stays(alice, bob, group, heard):
    basket = Basket.objects.create(name="shared", owner=bob, group=group)
    leaving.leave(bob, group)
    assert role_in(bob, group) is None
    assert heard == [(bob.pk, group.pk)]
    basket.refresh_from_db()
    assert (basket.group, basket.owner) == (group, bob)
    entry = AuditEntry.objects.get(event=audit.Event.LEFT)
    assert (entry.by, entry.person, entry.group_id) == (bob.profile.audit_id,) * 2 + (group.pk,)


def test_going_twice_is_going_once(bob, group, heard):
    for _ in range(2):
        leaving.leave(bob, group)
    assert len(heard) == 1


def test_the_last_owner_names_another_first(alice, bob, charlie, group, heard):
    with pytest.raises(Conflict, match="make somebody else its owner first"):
        leaving.leave(alice, group)
    with pytest.raises(Http404):
        leaving.leave(alice, group, Membership.objects.get(user=charlie).pk)
    assert (role_in(alice, group), heard) == ("owner", [])
    leaving.leave(alice, group, Membership.objects.get(user=bob).pk)
    assert (role_in(alice, group), role_in(bob, group)) == (None, "owner")


def test_the_last_owner_cannot_name_themselves(alice, group):
    with pytest.raises(Conflict):
        leaving.leave(alice, group, Membership.objects.get(user=alice).pk)
    assert role_in(alice, group) == "owner"


def test_an_owner_removes_somebody(alice, bob, group, heard):
    assert leaving.remove(alice, group, Membership.objects.get(user=bob).pk) == bob
    assert heard == [(bob.pk, group.pk)]
    entry = AuditEntry.objects.get(event=audit.Event.LEFT)
    assert (entry.by, entry.person) == (alice.profile.audit_id, bob.profile.audit_id)


def test_by_whatever_door_a_member_goes_it_is_heard(bob, group, heard):
    Membership.objects.filter(user=bob).delete()
    assert heard == [(bob.pk, group.pk)]


def test_a_receiver_that_fails_undoes_it(bob, group):
    def fail(**_: Any) -> None:
        raise RuntimeError

    left_group.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            leaving.leave(bob, group)
    finally:
        left_group.disconnect(fail)
    assert role_in(bob, group) == "editor"


def test_a_person_goes_with_what_is_theirs_and_leaves_what_they_shared(alice, bob, group):
    shared = Basket.objects.create(name="shared", owner=bob, group=group)
    private = Basket.objects.create(name="private", owner=bob)
    keys.make(bob, "laptop")
    told: list[tuple[str, bool]] = []

    def hear(user: User, **_: Any) -> None:
        told.append((user.get_username(), Membership.objects.filter(user=user).exists()))

    person_removed.connect(hear)
    try:
        leaving.remove_person(bob, by=alice)
    finally:
        person_removed.disconnect(hear)
    assert told == [("bob", False)]
    shared.refresh_from_db()
    assert (shared.owner, shared.group) == (alice, group)
    assert not Basket.objects.filter(pk=private.pk).exists()
    assert not ApiToken.objects.exists()
    assert not User.objects.filter(username="bob").exists()


def test_what_a_former_member_left_behind_outlives_them(alice, bob, group):
    shared = Basket.objects.create(name="shared", owner=bob, group=group)
    leaving.leave(bob, group)
    leaving.remove_person(bob, by=None)
    shared.refresh_from_db()
    assert shared.owner == alice


def test_the_audit_no_longer_leads_to_who_was_removed(alice, bob, group):
    keys.make(bob, "laptop")
    number = bob.profile.audit_id
    leaving.remove_person(bob, by=alice)
    entries = list(AuditEntry.objects.filter(person=number).order_by("pk"))
    assert [entry.event for entry in entries] == ["key-made", "person-removed"]
    assert not Profile.objects.filter(audit_id=number).exists()
    assert "bob" not in str(list(AuditEntry.objects.values()))


def test_who_alone_owns_a_group_of_others_is_not_removed(alice, bob, group):
    with pytest.raises(Conflict, match="alice is the only owner of Demo group"):
        leaving.remove_person(alice, by=None)
    members.place(bob, group, "owner", by=alice)
    leaving.remove_person(alice, by=None)
    assert role_in(bob, group) == "owner"


def test_the_only_administrator_is_not_removed(db):
    root = User.objects.create_superuser("root")
    with pytest.raises(Conflict, match="only administrator"):
        leaving.remove_person(root, by=root)


def test_the_longest_standing_owner_takes_over(alice, bob, group):
    for name in ("dora", "emil"):
        make_person(name, "Demo group", "owner")
    assert leaving.heir_of(group.pk, bob) == alice.pk
    assert leaving.heir_of(group.pk, alice) == User.objects.get(username="dora").pk


def test_a_group_of_one_loses_all_with_them(charlie):
    group = charlie.memberships.get().group
    basket = Basket.objects.create(name="shared", owner=charlie, group=group)
    leaving.remove_person(charlie, by=None)
    assert not Basket.objects.filter(pk=basket.pk).exists()
    assert ResearchGroup.objects.filter(pk=group.pk).exists()


def test_a_group_that_is_removed_gives_nothing_to_who_left_it(alice, bob, group):
    left, hers = (Basket.objects.create(name=who.username, owner=who, group=group) for who in (bob, alice))
    stays = make_person("dora", "Demo group", "reader")
    theirs = Basket.objects.create(name="dora", owner=stays, group=group)
    leaving.leave(bob, group)
    group.delete()
    for basket, owner in ((left, alice), (hers, alice), (theirs, stays)):
        basket.refresh_from_db()
        assert (basket.owner, basket.group) == (owner, None)
