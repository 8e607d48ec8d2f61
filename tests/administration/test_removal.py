"""A person is removed by command and by page: what was theirs goes, and no table has their name any more."""

from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.management import CommandError, call_command
from django.db.models import TextField
from django.db.models.functions import Cast
from django.test import Client
from django.urls import reverse

from accounts import audit, keys, tokens
from accounts.audit import Event
from accounts.models import ApiToken, ArchiveToken, AuditEntry
from basket.models import Basket
from tests.archive import Sandbox
from tests.basket.make import basket_of
from tests.files.archive_products import BOB_TOKEN
from tests.people import make_person, signed_in

NAME = "zebulon"


@pytest.fixture
def person(alice: User) -> User:
    """A member of Alice's group with a basket, a key, a record, and a line in the admin's history."""
    person = make_person(NAME, "Demo group", "editor")
    Basket.objects.create(name="Private", owner=person)
    keys.make(person, "laptop")
    audit.note(Event.SIGNED_IN, person)
    return person


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "root@lab.example"))
    return client


def tables_with(word: str) -> list[str]:
    """The tables of which some row has the word in any of its columns."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            rows = model._default_manager.annotate(as_text=Cast(field.attname, TextField()))
            if field.get_internal_type() != "BinaryField" and rows.filter(as_text__icontains=word).exists():
                found.append(f"{model._meta.label}.{field.name}")
    return found


def test_the_command_says_first_what_goes_then_does_it(person: User, sandbox: Sandbox) -> None:
    tokens.store(person, BOB_TOKEN)
    said = StringIO()
    call_command("delete_person", NAME, stdout=said)
    assert "Nothing was done yet" in said.getvalue()
    audit_id = person.profile.audit_id
    call_command("delete_person", NAME, yes=True, stdout=said)
    assert said.getvalue().endswith(f"{NAME} was removed.\n")
    assert not ArchiveToken.objects.exists()
    assert not ApiToken.objects.exists()
    assert not Basket.objects.exists()
    assert tables_with(NAME) == []
    events = AuditEntry.objects.filter(person=audit_id).values_list("event", flat=True)
    assert {Event.SIGNED_IN, Event.PERSON_REMOVED} <= set(events)


def test_where_they_were_signed_in_ends_with_them(person: User) -> None:
    key = signed_in(person).session.session_key
    UserSession.objects.get_or_create(session_key=key, defaults={"user": person, "ip": "127.0.0.1"})
    call_command("delete_person", NAME, yes=True)
    assert not SessionStore().exists(key)


def test_who_is_not_there_or_is_needed_is_said(alice: User, bob: User) -> None:
    with pytest.raises(CommandError, match="no person named nobody"):
        call_command("delete_person", "nobody", yes=True)
    with pytest.raises(CommandError, match="only owner of Demo group"):
        call_command("delete_person", "alice", yes=True)
    assert User.objects.filter(username="alice").exists()


def test_the_page_asks_then_removes_and_the_history_forgets(admin: Client, person: User) -> None:
    shared = basket_of(person, group=person.memberships.get().group)
    address = reverse("admin:auth_user_change", args=[person.pk])
    page = admin.get(address).content.decode()
    assert reverse("admin:auth_user_remove", args=[person.pk]) in page
    LogEntry.objects.create(user=User.objects.get(username="root"), action_flag=2, object_repr=f"{NAME} seat")
    remove = reverse("admin:auth_user_remove", args=[person.pk])
    assert "theirs alone" in admin.get(remove).content.decode()
    assert User.objects.filter(pk=person.pk).exists()
    assert f"{NAME.capitalize()} was removed" in admin.post(remove, follow=True).content.decode()
    assert not User.objects.filter(pk=person.pk).exists()
    assert tables_with(NAME) == []
    assert Basket.objects.get(pk=shared.pk).owner.get_username() == "alice"


def test_django_s_own_way_of_deleting_is_closed(admin: Client, person: User) -> None:
    assert admin.post(reverse("admin:auth_user_delete", args=[person.pk]), {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"}
    admin.post(reverse("admin:auth_user_changelist"), sent)
    assert User.objects.filter(pk=person.pk).exists()


def test_staff_and_the_last_owner(admin: Client, alice: User, bob: User) -> None:
    page = admin.get(reverse("admin:auth_user_remove", args=[alice.pk])).content.decode()
    assert "only owner of Demo group" in page
    assert admin.post(reverse("admin:auth_user_remove", args=[alice.pk])).status_code == 302
    assert User.objects.filter(pk=alice.pk).exists()
    bob.is_staff = True
    bob.save()
    client = signed_in(bob)
    assert client.post(reverse("admin:auth_user_remove", args=[alice.pk])).status_code == 403
    assert admin.get(reverse("admin:auth_user_remove", args=[987654])).status_code == 404


def test_people_are_listed_with_their_groups(admin: Client, alice: User) -> None:
    page = admin.get(reverse("admin:auth_user_changelist")).content.decode()
    assert "Demo group (owner)" in page
