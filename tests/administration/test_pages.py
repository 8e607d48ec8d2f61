"""The administrator's own pages: work is stopped and tried again, the store and the state are told."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.audit import Event
from accounts.models import AuditEntry, Membership, ResearchGroup
from basket import bundles
from basket.models import Bundle
from basket.phases import Phase
from mastportal.administration import jobs
from mastportal.search import results
from mastportal.search.models import ResultSet
from mastportal.work import Lease, LeaseLost
from tests.basket.make import basket_of
from tests.people import signed_in
from tests.search.make import PROGRAMME

PAGES = ["admin:portal-jobs", "admin:portal-store", "admin:portal-state"]


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", "root@lab.example"))
    return client


def seen(client: Client, name: str, **query: str) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def do(client: Client, kind: str, pk: object, action: str) -> str:
    """One click on the page of jobs, and what it says."""
    sent = {"kind": kind, "pk": str(pk), "action": action}
    answer = client.post(reverse("admin:portal-jobs"), sent, follow=True)
    return " ".join(map(str, answer.context["messages"]))


@pytest.mark.parametrize("name", PAGES)
def test_staff_who_are_no_administrators_see_none_of_it(alice: User, name: str) -> None:
    alice.is_staff = True
    alice.save()
    client = signed_in(alice)
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", [*PAGES, "admin:index", "admin:accounts_researchgroup_changelist"])
def test_pages_need_nothing_inline(admin: Client, name: str) -> None:
    page = seen(admin, name)
    assert "style=" not in page
    assert "<style" not in page


def test_a_search_is_stopped_and_its_worker_told(admin: Client, alice: User) -> None:
    search = results.ask(PROGRAMME, alice).search
    result = ResultSet.objects.get(search=search)
    lease = Lease.claim(ResultSet, result.pk)
    assert lease is not None
    assert search.words[:100] in seen(admin, "admin:portal-jobs")
    assert do(admin, "search", result.pk, "stop") == "Stopped."
    with pytest.raises(LeaseLost):
        lease.finish()
    assert jobs.STOPPED in seen(admin, "admin:portal-jobs")
    assert do(admin, "search", result.pk, "retry") == "It is tried again."
    result.refresh_from_db()
    assert (result.phase, result.attempts, result.error) == (Phase.QUEUED, 0, "")


def test_what_was_asked_anew_meanwhile_is_not_asked_twice(admin: Client, alice: User) -> None:
    old = ResultSet.objects.get(search=results.ask(PROGRAMME, alice).search)
    do(admin, "search", old.pk, "stop")
    ResultSet.objects.create(search=old.search)
    assert "asked for again meanwhile" in do(admin, "search", old.pk, "retry")


def test_a_bundle_is_stopped(admin: Client, alice: User, sandbox: Any) -> None:
    bundle = bundles.request(basket_of(alice), alice, "zip", "nested")
    assert bundle.name in seen(admin, "admin:portal-jobs")
    assert "nothing to try again" in do(admin, "bundle", bundle.pk, "retry")
    assert do(admin, "bundle", bundle.pk, "stop") == "Stopped."
    assert Bundle.objects.get(pk=bundle.pk).phase == Phase.ABORTED
    assert "It had ended" in do(admin, "bundle", bundle.pk, "stop")


@pytest.mark.parametrize(
    ("kind", "pk", "action"),
    [
        ("search", "nonsense", "stop"),
        ("products", "1", "stop"),
        ("nothing", "1", "stop"),
        ("bundle", "1", "burn"),
        ("products", "9" * 30, "retry"),
        ("lookup", "\0", "retry"),
        ("look", "nonsense", "stop"),
        ("event-file", "1", "stop"),
        ("delivery", "nonsense", "retry"),
    ],
    ids=[
        "no-id",
        "not-there",
        "no-kind",
        "no-action",
        "too-large",
        "control",
        "no-look",
        "no-file",
        "no-delivery",
    ],
)
def test_what_is_not_there_is_said(admin: Client, kind: str, pk: str, action: str) -> None:
    assert do(admin, kind, pk, action).endswith((".",))


def test_the_page_of_jobs_asks_little(admin: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20):
        seen(admin, "admin:portal-jobs")


def test_the_store_is_told(admin: Client, settings: Any, tmp_path: Path) -> None:
    settings.STORE_DIR = tmp_path
    assert "what the disk holds" in seen(admin, "admin:portal-store")


def test_the_state_names_each_part_and_tries_the_mail(admin: Client, settings: Any) -> None:
    settings.MAIL_IS_ON = True
    page = seen(admin, "admin:portal-state")
    assert "database" in page
    assert settings.ARCHIVE_URL in page
    admin.post(reverse("admin:portal-state"), {"address": "who@lab.example"})
    assert [sent.to for sent in mail.outbox] == [["who@lab.example"]]
    answer = admin.post(reverse("admin:portal-state"), {"address": "nobody\n@x"}, follow=True)
    assert "is not a mail address" in answer.content.decode()


def test_the_audit_is_searched_by_person_group_and_word(admin: Client, alice: User, bob: User) -> None:
    group = ResearchGroup.objects.get(name="Demo group")
    audit.note(Event.RIGHT_GRANTED, alice, subject="JWST:1176")
    audit.note(Event.JOINED, bob, group_id=group.pk)

    def found(words: str, **more: str) -> int:
        answer = admin.get(reverse("admin:accounts_auditentry_changelist"), {"q": words, **more})
        return int(answer.context["cl"].result_count)

    assert [found("alice"), found("bob"), found("Demo"), found("1176"), found("alice 9")] == [1, 1, 1, 1, 0]
    assert [found("", event="joined"), found("\0"), found("%")] == [1, 2, 0]
    entry = AuditEntry.objects.first()
    assert entry is not None
    address = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    assert admin.get(address).status_code == 200
    assert admin.post(address, {}).status_code == 403
    assert admin.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk])).status_code == 403


def test_a_group_s_share_is_written_as_people_write_it(admin: Client, alice: User) -> None:
    group = ResearchGroup.objects.get(name="Demo group")
    address = reverse("admin:accounts_researchgroup_change", args=[group.pk])

    def save(share: str, **more: str) -> int:
        seats = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
        return admin.post(address, {"name": group.name, "quota_bytes": share} | seats | more).status_code

    assert save("1.5 TB") == 302
    group.refresh_from_db()
    assert group.quota_bytes == 1_500_000_000_000
    assert [save(text) for text in ("much", "-1", "9" * 25, "nan TB")] == [200] * 4
    assert "1.5 TB" in seen(admin, "admin:accounts_researchgroup_changelist")


def test_what_an_administrator_does_to_a_membership_is_in_the_audit(
    admin: Client, alice: User, charlie: User
) -> None:
    group, seat = ResearchGroup.objects.get(name="Demo group"), Membership.objects.get(user=alice)
    sent = {
        "name": group.name,
        "quota_bytes": "0",
        "memberships-TOTAL_FORMS": "2",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": seat.pk,
        "memberships-0-group": group.pk,
        "memberships-0-user": alice.pk,
        "memberships-0-role": "reader",
        "memberships-1-group": group.pk,
        "memberships-1-user": charlie.pk,
        "memberships-1-role": "owner",
    }
    assert (
        admin.post(reverse("admin:accounts_researchgroup_change", args=[group.pk]), sent).status_code == 302
    )
    entries = AuditEntry.objects.filter(group_id=group.pk).order_by("event")
    assert list(entries.values_list("event", "facts__role", "person")) == [
        (Event.JOINED, "owner", charlie.profile.audit_id),
        (Event.ROLE_CHANGED, "reader", alice.profile.audit_id),
    ]


def test_baskets_and_bundles_are_looked_at_and_not_changed(admin: Client, alice: User, sandbox: Any) -> None:
    bundle = bundles.request(basket_of(alice), alice, "zip", "nested")
    for name, pk in (("basket", bundle.basket_id), ("bundle", bundle.pk)):
        assert admin.get(reverse(f"admin:basket_{name}_changelist"), {"q": "alice"}).status_code == 200
        address = reverse(f"admin:basket_{name}_change", args=[pk])
        assert admin.get(address).status_code == 200
        assert admin.post(address, {"name": "other"}).status_code == 403
        assert admin.get(reverse(f"admin:basket_{name}_add")).status_code == 403
