"""The bell in a browser: its number follows what comes in; it asks gently, never while the page is hidden."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from mastportal.outbox import bell, post
from tests.browser.places import sign_in
from tests.outbox.make import NEWS

pytestmark = pytest.mark.django_db(transaction=True)
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LONGER_THAN_A_PAUSE_S = 40


def ring(person: User, number: int) -> None:
    post.tell([person.pk], replace(NEWS, event_id=str(number), title=f"News {number}"))


def test_the_bell_follows_and_leads_there(page: Page, site: str, alice: User, console: list[str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/count" in request.url else None)
    sign_in(page, site, alice)
    ring(alice, 1)
    page.clock.install()
    page.goto(f"{site}/baskets/")
    number = page.locator("#bell .bell-count")
    expect(number).to_have_text("1")
    assert asked == []
    ring(alice, 2)
    page.clock.fast_forward(LONGER_THAN_A_PAUSE_S * 1000)
    expect(number).to_have_text("2")
    expect(page.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()

    page.evaluate(HIDE, True)
    ring(alice, 3)
    before = len(asked)
    for _ in range(5):
        page.clock.fast_forward(LONGER_THAN_A_PAUSE_S * 1000)
    assert len(asked) == before
    page.evaluate(HIDE, False)
    page.clock.fast_forward(LONGER_THAN_A_PAUSE_S * 1000)
    expect(number).to_have_text("3")

    page.locator("#bell").click()
    expect(page.get_by_role("heading", name="News 3")).to_be_visible()
    page.get_by_role("button", name="Mark as read: News 2").click()
    expect(number).to_have_text("2")
    page.get_by_role("button", name="Mark all as read").click()
    expect(number).to_have_count(0)
    assert bell.unread(alice) == 0
    assert console == []
