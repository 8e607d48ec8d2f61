"""The audit: written once, changed by nobody, read by whom it concerns."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts import audit, audit_reading
from accounts.audit import Event
from accounts.models import AuditEntry, Profile, ResearchGroup
from tests.people import signed_in

OF_RIGHTS = (Event.RIGHT_GRANTED, Event.RIGHT_REFUSED)
YEAR = timedelta(days=365)


def aged(age: timedelta) -> None:
    """Something noted long ago."""
    AuditEntry.objects.create(event=Event.SIGNED_IN, at=timezone.now() - age)


def page(person: User, address: str) -> str:
    client = signed_in(person)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET event = 'x'",
        "UPDATE accounts_auditentry SET id = id",
        "DELETE FROM accounts_auditentry",
    ],
)
def test_nobody_changes_or_removes_an_entry(alice: User, statement: str) -> None:
    audit.note(Event.SIGNED_IN, alice)
    with (
        pytest.raises((ProgrammingError, InternalError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().event == Event.SIGNED_IN


def test_the_tables_are_not_emptied_outside_tests(alice: User) -> None:
    audit.note(Event.SIGNED_IN, alice)
    with (
        pytest.raises((ProgrammingError, InternalError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL portal.audit_emptied = 'off'; TRUNCATE accounts_auditentry")
    assert AuditEntry.objects.exists()


def test_only_what_is_old_is_pruned_and_only_then(db: None) -> None:
    aged(YEAR)
    aged(timedelta(days=40))
    said = StringIO()
    call_command("audit_prune", older_than=90, stdout=said)
    assert said.getvalue().startswith("1 entries")
    assert AuditEntry.objects.count() == 1
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        AuditEntry.objects.all().delete()


@pytest.mark.parametrize("days", [0, 29, -1, 10**9])
def test_what_is_new_always_stays(db: None, days: int) -> None:
    with pytest.raises(CommandError, match="always stays"):
        call_command("audit_prune", older_than=days)


def test_an_entry_holds_no_name(alice: User) -> None:
    audit.note(Event.KEY_MADE, alice, subject="mpk_ab12")
    entry = AuditEntry.objects.get()
    assert entry.by == entry.person == Profile.objects.get(user=alice).audit_id
    assert "alice" not in str(AuditEntry.objects.values().get())


def test_every_event_has_its_words_and_can_be_looked_for() -> None:
    assert set(audit_reading.WORDS) == set(Event)


def test_a_right_is_noted_when_it_is_learnt_not_each_time(alice: User) -> None:
    def learn(event: Event, made_at: str = "monday") -> None:
        audit.note_change(event, alice, among=OF_RIGHTS, subject="JWST:1176", for_s=60, token_made_at=made_at)

    learn(Event.RIGHT_GRANTED)
    learn(Event.RIGHT_GRANTED)
    learn(Event.RIGHT_REFUSED)
    learn(Event.RIGHT_GRANTED)
    learn(Event.RIGHT_GRANTED, "tuesday")
    events = list(AuditEntry.objects.order_by("id").values_list("event", flat=True))
    assert events == [Event.RIGHT_GRANTED, Event.RIGHT_REFUSED, Event.RIGHT_GRANTED, Event.RIGHT_GRANTED]


def test_a_person_reads_what_concerns_them_alone(alice: User, bob: User, charlie: User) -> None:
    audit.note(Event.ROLE_CHANGED, alice, person=bob, subject="reader")
    audit.note(Event.KEY_MADE, alice, subject="mpk_alice")
    assert "role changed" in page(bob, "/account/audit/")
    assert "mpk_alice" not in page(bob, "/account/audit/")
    assert "mpk_alice" in page(alice, "/account/audit/")
    assert "Nothing yet" in page(charlie, "/account/audit/")


def test_a_group_s_owners_read_what_was_done_in_it(alice: User, bob: User, charlie: User) -> None:
    group = ResearchGroup.objects.get(name="Demo group")
    audit.note(Event.BYTES_SERVED, bob, group_id=group.pk, subject="bundle 1", bytes=48_200_000_000)
    audit.note(Event.SIGNED_IN, bob)
    seen = page(alice, f"/groups/{group.pk}/audit/")
    assert "48.2 GB" in seen
    assert "bob" in seen
    assert "<td>signed in</td>" not in seen
    for person, status in ((bob, 403), (charlie, 404)):
        client = signed_in(person)
        assert client.get(f"/groups/{group.pk}/audit/").status_code == status


def test_who_was_removed_is_a_number(alice: User, bob: User) -> None:
    group = ResearchGroup.objects.get(name="Demo group")
    audit.note(Event.JOINED, bob, group_id=group.pk)
    bob.delete()
    seen = page(alice, f"/groups/{group.pk}/audit/")
    assert "former person" in seen
    assert "bob" not in seen


def test_hostile_words_are_only_words(alice: User) -> None:
    audit.note(Event.KEY_MADE, alice, subject="<script>" + "x" * 5000, address="<b>" * 1000)
    seen = page(alice, "/account/audit/")
    assert "<script>x" not in seen
    assert "&lt;b&gt;" in seen
    assert len(seen) < 60_000


def test_entries_come_by_the_page_and_by_kind(alice: User) -> None:
    for _ in range(audit_reading.LINES_A_PAGE + 5):
        audit.note(Event.SIGNED_IN, alice)
    audit.note(Event.KEY_MADE, alice)
    assert "page 1 of 2" in page(alice, "/account/audit/")
    assert page(alice, "/account/audit/?page=2").count("<td>signed in</td>") == 6
    assert "1 entry" in page(alice, "/account/audit/?event=key-made")
    assert "page 2 of 2" in page(alice, "/account/audit/?page=99999&event=%00")


def test_the_page_asks_little(alice: User, django_assert_max_num_queries: object) -> None:
    for _ in range(30):
        audit.note(Event.SIGNED_IN, alice)
    client = signed_in(alice)
    with django_assert_max_num_queries(12):
        client.get("/account/audit/")
