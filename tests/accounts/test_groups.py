"""Who is in a group as what, and that a group is never without an owner."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import audit
from accounts.access import role_in
from accounts.groups import members
from accounts.models import AuditEntry, Membership, ResearchGroup
from mastportal.conflicts import Conflict
from mastportal.tables.columns import BadQuery
from tests.people import make_person


@pytest.fixture
def group(alice, bob) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


def seat(group: ResearchGroup, person) -> Membership:
    return Membership.objects.get(group=group, user=person)


def test_who_makes_a_group_owns_it(charlie):
    group = members.make(charlie, "  Dust  and  ice ")
    assert group.name == "Dust and ice"
    assert role_in(charlie, group) == "owner"


@pytest.mark.parametrize(
    "name",
    ["", "   ", "x" * 121, "right\u202eto left", "a\0b", "demo GROUP"],
    ids=["nothing", "blank", "long", "turned", "nul", "taken"],
)
def test_a_name_that_cannot_be(group, charlie, name):
    with pytest.raises(BadQuery):
        members.make(charlie, name)
    with pytest.raises(BadQuery):
        members.rename(ResearchGroup.objects.get(name="Another group"), name)


def test_a_group_may_be_renamed_to_its_own_name_in_other_letters(group):
    members.rename(group, "DEMO group")
    group.refresh_from_db()
    assert group.name == "DEMO group"


def test_one_person_owns_so_many_groups(charlie):
    groups = [ResearchGroup(name=f"Group {number}") for number in range(members.OWNED_MOST - 1)]
    groups = ResearchGroup.objects.bulk_create(groups)
    Membership.objects.bulk_create(Membership(group=each, user=charlie, role="owner") for each in groups)
    with pytest.raises(Conflict, match="20 groups already"):
        members.make(charlie, "One more")


def test_rights_over_a_group(group, alice, bob, charlie):
    assert members.to_read(bob, group.pk) == members.to_run(alice, group.pk) == group
    with pytest.raises(PermissionDenied, match="owners"):
        members.to_run(bob, group.pk)
    with pytest.raises(Http404):
        members.to_read(charlie, group.pk)


def test_a_role_is_changed_and_written_down(group, alice, bob):
    members.change_role(alice, group, seat(group, bob).pk, "reader")
    assert role_in(bob, group) == "reader"
    entry = AuditEntry.objects.get(event=audit.Event.ROLE_CHANGED)
    assert (entry.by, entry.person) == (alice.profile.audit_id, bob.profile.audit_id)
    assert (entry.group_id, entry.facts) == (group.pk, {"role": "reader", "before": "editor"})


def test_the_last_owner_stays_one(group, alice, bob):
    with pytest.raises(Conflict, match="needs an owner"):
        members.change_role(alice, group, seat(group, alice).pk, "editor")
    members.change_role(alice, group, seat(group, bob).pk, "owner")
    members.change_role(alice, group, seat(group, alice).pk, "editor")
    assert (role_in(alice, group), role_in(bob, group)) == ("editor", "owner")


def test_a_seat_of_another_group_is_none(group, alice, charlie):
    with pytest.raises(Http404):
        members.change_role(alice, group, Membership.objects.get(user=charlie).pk, "reader")


def test_placing_twice_says_it_once(group, alice):
    dora = make_person("dora", "Another group", "reader")
    for _ in range(2):
        members.place(dora, group, "editor", by=alice)
    assert role_in(dora, group) == "editor"
    assert AuditEntry.objects.filter(event=audit.Event.JOINED).count() == 1
