"""A bundle from what is said before it to its end: progress, its files, what failed, what changed."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from basket.models import first_selection
from tests.archive import Sandbox
from tests.basket.make import basket_of
from tests.browser.places import sign_in
from tests.browser.steps import ARCHIVE_PATIENCE_MS
from tests.workers import Worker

pytestmark = pytest.mark.browser


def test_from_preflight_to_a_complete_bundle(
    page: Page, site: str, worker: Worker, sandbox: Sandbox, alice: User, console: list[str]
) -> None:
    basket = basket_of(alice, 1, selection={**first_selection(), "preset": "recommended"})
    sandbox.faults({"match": "cat.ecsv", "fault": "status", "status": 404, "times": 99})
    sign_in(page, site, alice)
    page.goto(f"{site}/baskets/{basket.pk}/")
    expect(page.get_by_role("list", name="Before you ask")).to_contain_text("to fetch")
    page.get_by_role("button", name="Request bundle").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    files = page.locator("#bundle-files")
    download = page.get_by_role("link", name=re.compile("^Download .*zip"))
    expect(download).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
    expect(files.locator(".badge.done").first).to_be_visible()
    expect(page.locator("main [data-poll]")).to_have_count(0)
    files.get_by_role("link", name=re.compile("missing")).click()
    expect(files.locator("tbody tr")).to_have_count(1)
    expect(files.locator("tbody")).to_contain_text("cat.ecsv")
    expect(page.get_by_role("button", name="Make a bundle of the 1 that failed")).to_be_visible()
    page.get_by_role("link", name="What changed?").click()
    expect(page.locator("#bundle-changes")).to_contain_text("as they were")
    page.get_by_text("Other ways to take it").click()
    expect(page.locator("#curl-line")).to_contain_text("--continue-at -")
    assert page.locator(".button.primary:visible, button.primary:visible").count() == 1
    assert not console, console
