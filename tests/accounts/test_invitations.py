"""Invitations: one link for one person, once, for a role, for some days, while its maker may invite."""

import base64
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import audit
from accounts.access import role_in
from accounts.groups import invitations, members
from accounts.models import AuditEntry, Invitation, Membership, ResearchGroup
from mastportal.conflicts import Conflict
from tests.people import signed_in

PASSWORD = "correct horse battery"


@pytest.fixture
def group(alice, bob) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def link(alice, group) -> str:
    return f"/join/{invitations.make(alice, group, 'reader', note='for Charlie')[1]}/"


def test_a_secret_is_kept_as_a_hash_only(alice, group):
    row, secret = invitations.make(alice, group, "editor")
    assert len(secret) > 40
    assert secret not in str(Invitation.objects.filter(pk=row.pk).values())
    assert secret not in str(list(AuditEntry.objects.values()))


def test_it_makes_a_member_once(alice, charlie, django_user_model, group):
    row, _ = invitations.make(alice, group, "reader")
    seat = invitations.accept(charlie, row.digest)
    assert (seat.group, seat.role, role_in(charlie, group)) == (group, "reader", "reader")
    entry = AuditEntry.objects.get(event=audit.Event.JOINED)
    assert (entry.by, entry.person) == (alice.profile.audit_id, charlie.profile.audit_id)
    late = django_user_model.objects.create_user("late")
    with pytest.raises(Conflict, match="used already"):
        invitations.accept(late, row.digest)
    assert role_in(late, group) is None


def test_it_ends(alice, charlie, group):
    row, _ = invitations.make(alice, group, "reader", days=1)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="This invitation ended on"):
        invitations.accept(charlie, row.digest)


def test_a_member_does_not_use_it_up(alice, bob, charlie, group):
    row, _ = invitations.make(alice, group, "owner")
    with pytest.raises(Conflict, match="already, as editor"):
        invitations.accept(bob, row.digest)
    assert role_in(bob, group) == "editor"
    assert invitations.accept(charlie, row.digest).role == "owner"


@pytest.mark.parametrize("role", [None, "editor", "reader"])
def test_it_is_void_when_its_maker_may_invite_no_more(alice, bob, charlie, group, role):
    members.place(bob, group, "owner", by=alice)
    row, _ = invitations.make(bob, group, "owner")
    seats = Membership.objects.filter(user=bob)
    seats.update(role=role) if role else seats.delete()
    with pytest.raises(Conflict, match="no such invitation"):
        invitations.accept(charlie, row.digest)
    assert [str(invitations.standing(each)) for each in invitations.listed(group)] == ["withdrawn"]


def test_an_administrator_invites_into_any_group(django_user_model, charlie, group):
    admin = django_user_model.objects.create_superuser("root")
    row, _ = invitations.make(admin, group, "editor")
    assert invitations.accept(charlie, row.digest).role == "editor"


def test_withdrawing(alice, charlie, group):
    row, _ = invitations.make(alice, group, "editor")
    used, _ = invitations.make(alice, group, "editor")
    invitations.accept(charlie, used.digest)
    assert invitations.withdraw(alice, group, row.pk)
    assert not invitations.withdraw(alice, group, used.pk)
    assert invitations.found(row.digest) is None
    assert AuditEntry.objects.filter(event=audit.Event.INVITATION_WITHDRAWN).count() == 1


def test_open_ones_are_bounded(alice, group):
    same = {"group": group, "role": "reader", "made_by": alice}
    same["expires_at"] = timezone.now() + timedelta(days=1)
    numbers = range(invitations.OPEN_MOST)
    Invitation.objects.bulk_create(Invitation(digest=str(number), **same) for number in numbers)
    with pytest.raises(Conflict, match="50 open invitations"):
        invitations.make(alice, group, "reader")
    Invitation.objects.filter(digest="7").delete()
    invitations.make(alice, group, "reader")


def test_from_the_link_through_sign_in_and_back_into_the_group(client, charlie, group, link):
    asked = client.get(link, follow=True)
    assert [where for where, _ in asked.redirect_chain] == ["/join/", "/sign-in/?next=/join/"]
    entered = client.post("/sign-in/", {"username": "charlie", "password": PASSWORD, "next": "/join/"})
    assert entered.url == "/join/"
    offered = client.get("/join/")
    assert "Demo group" in offered.text
    assert "a reader" in offered.text
    joined = client.post("/join/", follow=True)
    assert [where for where, _ in joined.redirect_chain] == [f"/groups/{group.pk}/"]
    assert "You are in Demo group now, as reader." in joined.text
    assert client.get("/join/").status_code == 404


def test_the_secret_leaves_the_address_and_is_in_no_session(client, link):
    secret = link.split("/")[2]
    answer = client.get(link)
    assert secret not in answer.url
    assert "no-store" in answer.headers["Cache-Control"]
    kept = "".join(f"{row.session_data} {row.get_decoded()}" for row in Session.objects.all())
    assert secret not in kept
    assert base64.b64encode(secret.encode()).decode() not in kept


@pytest.mark.parametrize("spoil", ["wrong", "used", "expired", "withdrawn"])
@pytest.mark.parametrize("is_signed_in", [False, True], ids=["signed out", "signed in"])
def test_a_link_that_is_not_good_says_so(client, alice, bob, charlie, group, link, spoil, is_signed_in):
    row = Invitation.objects.get()
    match spoil:
        case "wrong":
            link = link.replace("/join/", "/join/x")
        case "used":
            Invitation.objects.update(used_at=timezone.now(), used_by=bob)
        case "expired":
            Invitation.objects.update(expires_at=timezone.now())
        case _:
            invitations.withdraw(alice, group, row.pk)
    words = {"used": "used already", "expired": "invitation ended on"}.get(spoil, "no such invitation")
    answer = (signed_in(charlie) if is_signed_in else client).get(link, follow=True)
    assert answer.status_code == 404
    assert words in answer.text
    assert "Demo group" not in answer.text


def test_a_wrong_link_forgets_the_one_before(charlie, link):
    client = signed_in(charlie)
    client.get(link)
    assert client.get("/join/").status_code == 200
    client.get("/join/nonsense/")
    assert client.get("/join/").status_code == 404


def test_a_member_is_led_to_their_group(bob, group, link):
    answer = signed_in(bob).get(link, follow=True)
    assert answer.status_code == 200
    assert "already, as editor" in answer.text
    assert f"/groups/{group.pk}/" in answer.text


def test_looking_joins_nobody(charlie, group, link):
    signed_in(charlie).get(link, follow=True)
    assert role_in(charlie, group) is None
    assert Invitation.objects.get().used_at is None
