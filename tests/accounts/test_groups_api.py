"""The REST door to groups, their members and invitations."""

import pytest

from accounts.access import role_in
from accounts.groups import invitations
from accounts.models import Invitation, Membership, ResearchGroup
from tests.people import client_of

GROUPS = "/api/v1/groups"


@pytest.fixture
def group(alice, bob) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def path(group) -> str:
    return f"{GROUPS}/{group.pk}"


def seat(person) -> int:
    return Membership.objects.get(user=person).pk


def test_the_list_and_one(api, bob, group, path):
    told = {"id": group.pk, "name": "Demo group", "role": "owner", "members": 2}
    assert api.get(GROUPS).json() == {"results": [told]}
    assert api.get(path).json() == told
    assert client_of(bob).get(path).json()["role"] == "editor"


def test_making_and_renaming(api, group):
    made = api.post(GROUPS, {"name": " Dust "}, format="json")
    assert (made.status_code, made.json()["name"], made.json()["role"]) == (201, "Dust", "owner")
    path = f"{GROUPS}/{made.json()['id']}"
    assert api.patch(path, {"name": "Ice"}, format="json").json()["name"] == "Ice"
    taken = api.patch(path, {"name": "DEMO group"}, format="json")
    assert (taken.status_code, taken.json()["error"]["field"]) == (400, "name")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": ["x"]}, [], {"name": "a\0b"}])
def test_a_name_that_cannot_be(api, body):
    assert api.post(GROUPS, body, format="json").status_code == 400


def test_members(api, alice, bob, path):
    assert api.get(f"{path}/members").json()["results"] == [
        {"id": seat(alice), "username": "alice", "name": "", "role": "owner"},
        {"id": seat(bob), "username": "bob", "name": "", "role": "editor"},
    ]


def test_roles(api, alice, bob, path):
    changed = api.patch(f"{path}/members/{seat(bob)}", {"role": "reader"}, format="json")
    assert (changed.status_code, changed.json()["role"]) == (200, "reader")
    last = api.patch(f"{path}/members/{seat(alice)}", {"role": "reader"}, format="json")
    assert (last.status_code, last.json()["error"]["code"]) == (409, "conflict")
    assert api.patch(f"{path}/members/{seat(bob)}", {"role": "king"}, format="json").status_code == 400


def test_an_editor_removes_only_themselves(alice, bob, group, path):
    client = client_of(bob)
    assert client.delete(f"{path}/members/{seat(alice)}").status_code == 403
    assert client.delete(f"{path}/members/{seat(bob)}").status_code == 204
    assert client.get(path).status_code == 404


def test_the_last_owner_names_another(api, alice, bob, group, path):
    mine = f"{path}/members/{seat(alice)}"
    assert api.delete(mine).status_code == 409
    assert api.delete(f"{mine}?successor=bob").json()["error"]["field"] == "successor"
    assert api.delete(f"{mine}?successor=999999").status_code == 404
    assert api.delete(f"{mine}?successor={seat(bob)}").status_code == 204
    assert role_in(bob, group) == "owner"


def test_an_invitation_has_its_link_once(api, charlie, group, path):
    made = api.post(f"{path}/invitations", {"role": "reader", "note": "for C"}, format="json")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    link = made.json().pop("link")
    (listed,) = api.get(f"{path}/invitations").json()["results"]
    assert listed == {name: value for name, value in made.json().items() if name != "link"}
    assert (listed["state"], listed["made_by"], listed["used_by"]) == ("open", "alice", None)
    invitations.accept(charlie, invitations.digest_of(link.split("/")[-2]))
    (used,) = api.get(f"{path}/invitations").json()["results"]
    assert (used["state"], used["used_by"]) == ("used", "charlie")
    assert api.delete(f"{path}/invitations/{used['id']}").status_code == 404


@pytest.mark.parametrize("body", [{"role": "king"}, {"days": 0}, {"days": 31}, {"note": "x" * 121}], ids=str)
def test_an_invitation_that_cannot_be(api, path, body):
    assert api.post(f"{path}/invitations", body, format="json").status_code == 400
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn(api, alice, group, path):
    row, _ = invitations.make(alice, group, "editor")
    assert api.delete(f"{path}/invitations/{row.pk}").status_code == 204
    assert api.get(f"{path}/invitations").json() == {"results": []}
