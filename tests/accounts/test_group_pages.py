"""The pages of groups: what each member finds there, and what a form that cannot be done says."""

import pytest
from django.test import Client

from accounts.access import role_in
from accounts.groups import invitations
from accounts.models import Invitation, Membership, ResearchGroup
from tests.people import signed_in

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def group(alice, bob) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def page(group) -> str:
    return f"/groups/{group.pk}/"


def seat(person) -> int:
    return Membership.objects.get(user=person, group__name="Demo group").pk


def test_a_group_is_made_and_opened(charlie):
    client = signed_in(charlie)
    opened = client.post("/groups/", {"name": "Dust"}, follow=True)
    assert "you are an owner" in opened.text
    assert "Dust" in client.get("/groups/").text


@pytest.mark.parametrize("name", ["", "demo group", "x" * 200], ids=["nothing", "taken", "long"])
def test_a_group_that_cannot_be_made(group, charlie, name):
    answer = signed_in(charlie).post("/groups/", {"name": name})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_who_is_in_none_is_told_the_ways(django_user_model, db):
    text = signed_in(django_user_model.objects.create_user("loner")).get("/groups/").text
    assert "You are in no group yet" in text


def test_each_member_finds_what_is_theirs_to_do(alice, bob, page):
    owners, editors = signed_in(alice).get(page).text, signed_in(bob).get(page).text
    assert "Make a link" in owners
    assert "Remove bob from the group" in owners
    assert "Make a link" not in editors
    assert "Remove" not in editors
    assert "you are an editor" in editors


def test_a_link_is_shown_once(alice, page):
    client = signed_in(alice)
    shown = client.post(page + "invitations", {"role": "reader", "days": "1", "note": HOSTILE})
    link = shown.context["new_link"]
    assert link.startswith("http://testserver/join/")
    assert link in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    again = client.get(page).text
    assert link not in again
    assert HOSTILE not in shown.text + again
    assert "&lt;script&gt;" in again
    assert Invitation.objects.get().role == "reader"


@pytest.mark.parametrize(
    "told", [{}, {"role": "king", "days": "7"}, {"role": "reader", "days": "4000"}], ids=str
)
def test_an_invitation_that_cannot_be_made(alice, page, told):
    assert signed_in(alice).post(page + "invitations", told).status_code == 422
    assert not Invitation.objects.exists()


def test_withdrawing_is_said_and_works_once(alice, group, page):
    row, secret = invitations.make(alice, group, "editor")
    path = f"{page}invitations/{row.pk}/withdraw"
    assert "was withdrawn" in signed_in(alice).post(path, follow=True).text
    assert signed_in(alice).post(path).status_code == 404
    assert "no such invitation" in Client().get(f"/join/{secret}/", follow=True).text


def test_roles_and_removal(alice, bob, group, page):
    client = signed_in(alice)
    told = client.post(f"{page}members/{seat(bob)}/role", {"role": "reader"}, follow=True)
    assert "bob is reader now." in told.text
    assert client.post(f"{page}members/{seat(bob)}/role", {"role": "king"}).status_code == 400
    gone = client.post(f"{page}members/{seat(bob)}/remove", follow=True)
    assert "bob is no longer in the group" in gone.text
    assert signed_in(bob).get(page).status_code == 404


def test_the_last_owner_is_told_in_the_page(alice, group, page):
    client = signed_in(alice)
    for path in ("leave", f"members/{seat(alice)}/remove"):
        refused = client.post(page + path)
        assert refused.status_code == 409
        assert "A group needs an owner" in refused.text
    assert client.post(f"{page}members/{seat(alice)}/role", {"role": "reader"}).status_code == 409
    assert role_in(alice, group) == "owner"


def test_leaving_with_a_successor(alice, bob, group, page):
    left = signed_in(alice).post(page + "leave", {"successor": seat(bob)}, follow=True)
    assert "You left Demo group." in left.text
    assert (role_in(alice, group), role_in(bob, group)) == (None, "owner")


@pytest.mark.parametrize("successor", ["x", "0", str(2**70)])
def test_a_successor_who_is_nobody(alice, page, successor):
    assert signed_in(alice).post(page + "leave", {"successor": successor}).status_code == 404


def test_renaming(alice, charlie, group, page):
    client = signed_in(alice)
    assert "called Ice now" in client.post(page + "name", {"name": "Ice"}, follow=True).text
    taken = client.post(page + "name", {"name": "another GROUP"})
    assert taken.status_code == 422
    assert "There is a group of this name already" in taken.text
    assert "<h1>Ice</h1>" in taken.text


def test_pages_ask_few_questions(alice, group, page, django_assert_max_num_queries):
    for number in range(5):
        invitations.make(alice, group, "reader", note=f"person {number}")
    client = signed_in(alice)
    with django_assert_max_num_queries(9):
        client.get(page)
    with django_assert_max_num_queries(6):
        client.get("/groups/")
