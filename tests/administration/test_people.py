"""What an administrator does to people and groups holds to the rules of the portal's own pages."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts import keys
from accounts.audit import Event
from accounts.groups.members import LAST_OWNER
from accounts.models import ApiToken, ArchiveToken, AuditEntry, Membership, ResearchGroup
from accounts.seal import seal
from tests.accounts.test_sign_in_mails import quick as quick
from tests.letters import Letters

PASSWORD, NEW = "correct horse battery", "another horse battery"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@lab.example", PASSWORD)


@pytest.fixture
def admin(root: User) -> Client:
    return signed_in(root)


@pytest.fixture
def owner(db: None) -> User:
    """The only owner of a group."""
    person = User.objects.create_user("olga", "olga@lab.example", PASSWORD)
    Membership.objects.create(group=ResearchGroup.objects.create(name="Ices"), user=person, role="owner")
    return person


def signed_in(person: User) -> Client:
    """By the sign-in page, as people are."""
    client = Client()
    typed = {"username": person.get_username(), "password": PASSWORD}
    assert client.post(reverse("sign-in"), typed).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/account/").status_code == 200)


def set_password(admin: Client, person: User, again: str = NEW) -> int:
    typed = {"password1": NEW, "password2": again, "usable_password": "true"}
    answer = admin.post(reverse("admin:auth_user_password_change", args=[person.pk]), typed)
    return int(answer.status_code)


def changed_passwords() -> list[tuple[Any, Any, Any]]:
    entries = AuditEntry.objects.filter(event=Event.PASSWORD_CHANGED)
    return list(entries.values_list("by", "person", "facts__way"))


def test_a_password_that_was_set_is_noted_and_ends_the_person_s_sessions(
    admin: Client, root: User, owner: User
) -> None:
    theirs = signed_in(owner)
    assert set_password(admin, owner, again="something else") == 200
    assert is_in(theirs)
    assert changed_passwords() == []

    assert set_password(admin, owner) == 302
    assert not is_in(theirs)
    assert not UserSession.objects.filter(user=owner).exists()
    assert changed_passwords() == [(root.profile.audit_id, owner.profile.audit_id, "administration")]
    assert is_in(admin)
    assert UserSession.objects.filter(user=root, session_key=admin.session.session_key).exists()


def test_an_administrator_s_own_ends_their_other_sessions(admin: Client, root: User) -> None:
    elsewhere = signed_in(root)
    assert set_password(admin, root) == 302
    assert is_in(admin)
    assert not is_in(elsewhere)
    assert admin.get(reverse("admin:password_change")).url == reverse("account-password")


def test_a_new_person_s_first_password_is_noted(admin: Client, root: User) -> None:
    typed = {"username": "nina", "password1": NEW, "password2": NEW, "usable_password": "true"}
    seats = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    assert admin.post(reverse("admin:auth_user_add"), typed | seats).status_code == 302
    nina = User.objects.get(username="nina")
    assert changed_passwords() == [(root.profile.audit_id, nina.profile.audit_id, "administration")]


def seats_form(*seats: Membership, **changes: str) -> dict[str, Any]:
    """Seats as a page of the administration sends them; `changes` by number and field."""
    form: dict[str, Any] = {
        "memberships-TOTAL_FORMS": len(seats),
        "memberships-INITIAL_FORMS": sum(seat.pk is not None for seat in seats),
    }
    for number, seat in enumerate(seats):
        told = {"id": seat.pk or "", "group": seat.group_id, "user": seat.user_id, "role": seat.role}
        form |= {f"memberships-{number}-{name}": value for name, value in told.items()}
    return form | {f"memberships-{name}": value for name, value in changes.items()}


def person_form(person: User, **changes: str) -> dict[str, Any]:
    told = {"username": person.username, "email": person.email, "is_active": "on"}
    return seats_form(person.memberships.get()) | told | changes


def test_a_mail_address_is_one_person_s_and_the_one_before_is_told(
    admin: Client, root: User, owner: User, letters: Letters, django_capture_on_commit_callbacks: Any
) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    refused = admin.post(address, person_form(owner, email="ROOT@lab.example"))
    assert "Another account has this mail address." in refused.content.decode()
    assert admin.post(address, person_form(owner)).status_code == 302
    assert not AuditEntry.objects.filter(event=Event.ADDRESS_CHANGED).exists()
    with django_capture_on_commit_callbacks() as queued:
        assert admin.post(address, person_form(owner, email="olga@observatory.example")).status_code == 302
    for callback in queued:
        callback.func.__self__(*callback.args)
    assert [letter["To"] for letter in letters] == ["olga@lab.example"]
    entry = AuditEntry.objects.get(event=Event.ADDRESS_CHANGED)
    assert (entry.by, entry.person) == (root.profile.audit_id, owner.profile.audit_id)


def test_who_becomes_an_administrator_or_is_switched_off_is_in_the_audit(
    admin: Client, root: User, owner: User
) -> None:
    address = reverse("admin:auth_user_change", args=[owner.pk])
    assert admin.post(address, person_form(owner, is_superuser="on", is_staff="on")).status_code == 302
    off = person_form(owner, is_superuser="on", is_staff="on")
    del off["is_active"]
    assert admin.post(address, off).status_code == 302
    entries = AuditEntry.objects.filter(event=Event.RANK_CHANGED, person=owner.profile.audit_id)
    assert list(entries.order_by("pk").values_list("by", "facts")) == [
        (root.profile.audit_id, {"is_active": True, "is_staff": True, "is_superuser": True}),
        (root.profile.audit_id, {"is_active": False, "is_staff": True, "is_superuser": True}),
    ]


REMOVED, LOWERED = {"0-DELETE": "on"}, {"0-role": "reader"}


@pytest.mark.parametrize("change", [REMOVED, LOWERED], ids=["removed", "lowered"])
@pytest.mark.parametrize("where", ["group", "person"])
def test_a_group_keeps_its_last_owner(admin: Client, owner: User, where: str, change: dict[str, str]) -> None:
    seat = owner.memberships.get()
    if where == "group":
        address = reverse("admin:accounts_researchgroup_change", args=[seat.group_id])
        sent = {"name": seat.group.name, "quota_bytes": "0"} | seats_form(seat, **change)
    else:
        address = reverse("admin:auth_user_change", args=[owner.pk])
        sent = person_form(owner) | seats_form(seat, **change)
    answer = admin.post(address, sent)
    assert answer.status_code == 200
    assert LAST_OWNER in answer.content.decode()
    assert Membership.objects.get().role == "owner"
    assert not AuditEntry.objects.filter(event__in=[Event.LEFT, Event.ROLE_CHANGED]).exists()


def test_owners_go_when_one_stays_or_comes(admin: Client, root: User, owner: User) -> None:
    first = owner.memberships.get()
    second = Membership.objects.create(group=first.group, user=root, role="owner")
    address = reverse("admin:accounts_researchgroup_change", args=[first.group_id])
    named = {"name": first.group.name, "quota_bytes": "0"}

    def send(*seats: Membership, **changes: str) -> int:
        return int(admin.post(address, named | seats_form(*seats, **changes)).status_code)

    assert send(first, second, **{"0-DELETE": "on", "1-role": "editor"}) == 200, "both at once"
    assert Membership.objects.filter(role="owner").count() == 2
    assert send(first, second, **{"0-DELETE": "on"}) == 302
    assert (
        send(second, Membership(group=first.group, user=owner, role="owner"), **{"0-role": "reader"}) == 302
    )
    assert list(Membership.objects.order_by("role").values_list("user__username", "role")) == [
        ("olga", "owner"),
        ("root", "reader"),
    ]


def remove(admin: Client, row: ApiToken | ArchiveToken | ResearchGroup, *, by_list: bool) -> None:
    """On the row's own page, or as one of those ticked in the list."""
    name = f"admin:{row._meta.label_lower.replace('.', '_')}"
    if by_list:
        sent = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        assert admin.post(reverse(f"{name}_changelist"), sent).status_code == 302
    else:
        assert admin.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 302
    assert not type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("by_list", [False, True], ids=["page", "list"])
def test_a_token_a_key_and_a_group_that_were_taken_away_are_in_the_audit(
    admin: Client, root: User, owner: User, by_list: bool
) -> None:
    token = ArchiveToken.objects.create(user=owner, sealed=seal("a-token", owner.pk), owner="olga")
    key, _ = keys.make(owner, "laptop")
    group = ResearchGroup.objects.get(name="Ices")
    for row in (token, key, group):
        remove(admin, row, by_list=by_list)
    entries = AuditEntry.objects.filter(by=root.profile.audit_id, person=owner.profile.audit_id)
    assert list(entries.order_by("pk").values_list("event", "subject", "group_id")) == [
        (Event.TOKEN_REMOVED, "", None),
        (Event.KEY_REMOVED, key.prefix, None),
        (Event.LEFT, "", group.pk),
    ]
