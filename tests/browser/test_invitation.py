"""From an invitation to the first bundle: two people, one link, and what is shared between them."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from basket.models import first_selection
from tests.archive import Sandbox
from tests.basket.make import basket_of
from tests.browser.conftest import VIEWPORT
from tests.browser.places import sign_in
from tests.browser.steps import ARCHIVE_PATIENCE_MS, PASSWORD
from tests.workers import Worker

pytestmark = pytest.mark.browser


def link_for(page: Page, role: str, whom: str) -> str:
    """What an owner does who invites somebody; the link as the page shows it."""
    invitations = page.get_by_role("region", name="Invitations")
    invitations.get_by_label("As").select_option(role)
    invitations.get_by_label("For whom").fill(whom)
    invitations.get_by_role("button", name="Make a link").click()
    return page.locator("#new-link").inner_text()


def test_from_an_invitation_to_the_first_bundle(
    browser: Browser,
    page: Page,
    site: str,
    worker: Worker,
    sandbox: Sandbox,
    alice: User,
    charlie: User,
    console: list[str],
) -> None:
    group = alice.memberships.get().group
    wanted = {**first_selection(), "preset": "recommended"}
    basket = basket_of(alice, 1, selection=wanted, group=group)
    sign_in(page, site, alice)
    page.goto(f"{site}/groups/{group.pk}/")
    link = link_for(page, "reader", "Charlie")
    context = browser.new_context(viewport=VIEWPORT)
    other = context.new_page()
    other.goto(link)
    other.get_by_label("Username").fill("charlie")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("main")).to_contain_text("invites you, charlie, to be a reader of")
    other.get_by_role("button", name="Join").click()
    expect(other.get_by_role("heading", level=1, name=group.name)).to_be_visible()
    other.goto(f"{site}/baskets/{basket.pk}/")
    other.get_by_role("button", name="Request bundle").click()
    expect(other.get_by_role("link", name="Download")).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
    context.close()
    page.reload()
    page.goto(f"{site}/groups/{group.pk}/")
    expect(page.get_by_role("region", name="Members")).to_contain_text("charlie")
    expect(page.get_by_role("region", name="Invitations")).to_contain_text("used by charlie")
    assert not console, console
