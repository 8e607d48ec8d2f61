"""The administrator's pages in a browser: the content policy refuses nothing, a click stops a job."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts import audit
from accounts.audit import Event
from accounts.models import ResearchGroup
from mastportal.search import results
from tests.browser.places import sign_in
from tests.search.make import PROGRAMME

pytestmark = pytest.mark.browser
PAGES = {
    "index": "admin:index",
    "jobs": "admin:portal-jobs",
    "store": "admin:portal-store",
    "state": "admin:portal-state",
    "audit": "admin:accounts_auditentry_changelist",
    "groups": "admin:accounts_researchgroup_changelist",
    "people": "admin:auth_user_changelist",
}


@pytest.fixture
def admin(page: Page, site: str, alice: User) -> User:
    person = User.objects.create_superuser("root", "root@lab.example")
    sign_in(page, site, person)
    return person


def test_pages_show_and_the_browser_refuses_nothing(
    page: Page, site: str, admin: User, alice: User, console: list[str], shoot: Callable[[str], None]
) -> None:
    results.ask(PROGRAMME, alice)
    group = ResearchGroup.objects.get(name="Demo group")
    audit.note(Event.RIGHT_GRANTED, alice, subject="JWST:1176", token_made_at="2026-11-23")
    audit.note(
        Event.BYTES_SERVED, alice, group_id=group.pk, subject="bundle 1", bytes=7, programmes=["JWST:1176"]
    )
    for name, address in PAGES.items():
        page.goto(site + reverse(address))
        expect(page.locator("h1").first).to_be_visible()
        shoot(f"administration-{name}")
    page.goto(site + reverse("admin:auth_user_remove", args=[alice.pk]))
    shoot("administration-remove")
    assert console == []


def test_a_click_stops_a_search(page: Page, site: str, admin: User, alice: User) -> None:
    results.ask(PROGRAMME, alice)
    page.goto(site + reverse("admin:portal-jobs"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_text("An administrator stopped this.")).to_be_visible()
