"""Who may see and change what: owner, member, reader, outsider, nobody."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import access
from accounts.models import Membership, ResearchGroup
from basket.models import Basket


@dataclass
class Thing:
    owner_id: int
    group_id: int | None = None


@pytest.fixture
def group(alice: User, bob: User) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def reader(group: ResearchGroup) -> User:
    person = User.objects.create_user("rita")
    Membership.objects.create(group=group, user=person, role="reader")
    return person


@pytest.fixture
def shared(alice: User, group: ResearchGroup) -> Basket:
    return Basket.objects.create(name="shared", owner=alice, group=group)


def test_groups_of_a_member(alice, group):
    assert list(access.groups_of(alice)) == [group]


def test_nobody_is_in_no_group(db):
    assert list(access.groups_of(AnonymousUser())) == []


@pytest.mark.parametrize(("name", "role"), [("alice", "owner"), ("bob", "editor"), ("charlie", None)])
def test_role_in(alice, bob, charlie, group, name, role):
    person = User.objects.get(username=name)
    assert access.role_in(person, group) == role
    assert access.role_in(person, group.pk) == role


def test_owner_of_a_private_thing(alice, bob):
    thing = Thing(owner_id=alice.pk)
    assert access.role_on(alice, thing) == "owner"
    assert access.may_edit(alice, thing)
    assert access.role_on(bob, thing) is None


def test_nobody_is_not_the_owner_of_an_ownerless_thing(db):
    assert access.role_on(AnonymousUser(), Thing(owner_id=None)) is None


def test_members_see_and_editors_change(alice, bob, reader, charlie, group):
    thing = Thing(owner_id=alice.pk, group_id=group.pk)
    assert access.may_edit(bob, thing)
    assert access.role_on(reader, thing) is not None
    assert not access.may_edit(reader, thing)
    assert access.role_on(charlie, thing) is None


def test_a_former_member_loses_what_they_shared_at_once_and_keeps_the_rest(bob, group):
    thing, private = Thing(owner_id=bob.pk, group_id=group.pk), Thing(owner_id=bob.pk)
    Membership.objects.filter(user=bob).delete()
    assert access.role_on(bob, thing) is None
    assert not access.may_edit(bob, thing)
    assert access.may_edit(bob, private)


def test_who_made_it_is_in_the_group_what_everybody_is(reader, group):
    thing = Thing(owner_id=reader.pk, group_id=group.pk)
    assert access.role_on(reader, thing) == "reader"
    assert not access.may_edit(reader, thing)


def test_what_was_shared_is_seen_and_changed_by_those_who_stayed(alice, bob, reader, group):
    left = Basket.objects.create(name="left behind", owner=bob, group=group)
    Membership.objects.filter(user=bob).delete()
    rows = Basket.objects.all()
    for of in (access.visible, access.writable):
        assert list(of(rows, alice)) == [left]
        assert not of(rows, bob).exists()
    assert list(access.visible(rows, reader)) == [left]
    assert not access.writable(rows, reader).exists()


def test_nothing_is_nobodys_to_change(alice, shared):
    assert not access.writable(Basket.objects.all(), AnonymousUser()).exists()


def test_visible_rows(alice, bob, charlie, shared):
    Basket.objects.create(name="private", owner=alice)
    rows = Basket.objects.order_by("name")
    assert [b.name for b in access.visible(rows, alice)] == ["private", "shared"]
    assert [b.name for b in access.visible(rows, bob)] == ["shared"]
    assert not access.visible(rows, charlie).exists()
    assert not access.visible(rows, AnonymousUser()).exists()


def test_a_row_is_seen_once_by_a_person_of_several_groups(alice, shared):
    other = ResearchGroup.objects.create(name="Third group")
    Membership.objects.create(group=other, user=alice, role="reader")
    assert access.visible(Basket.objects.all(), alice).count() == 1


def test_outsiders_are_told_there_is_nothing(charlie, shared):
    with pytest.raises(Http404):
        access.visible_or_404(Basket.objects.all(), charlie, pk=shared.pk)
    with pytest.raises(Http404):
        access.editable_or_403(Basket.objects.all(), charlie, pk=shared.pk)


def test_readers_are_told_they_may_not_change(reader, shared):
    assert access.visible_or_404(Basket.objects.all(), reader, pk=shared.pk) == shared
    with pytest.raises(PermissionDenied, match="ask its owner"):
        access.editable_or_403(Basket.objects.all(), reader, pk=shared.pk)


def test_editors_get_the_row(bob, shared):
    assert access.editable_or_403(Basket.objects.all(), bob, pk=shared.pk) == shared


def test_roles_of_name_their_groups(bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [(seat.group.name, seat.role) for seat in access.roles_of(bob)] == [("Demo group", "editor")]
