"""Everything by keyboard: search, walk the rows, select, put them into a basket, list the keys."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.places import sign_in
from tests.browser.steps import ROWS, Person
from tests.search.make import PROGRAMME, answered
from tests.workers import Worker

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of_rows(page: Page, site: str, alice: User, sandbox: object) -> Page:
    """The rows of programme 1176."""
    sign_in(page, site, alice)
    page.goto(site + reverse("result", args=[answered(PROGRAMME, alice).pk]))
    page.wait_for_load_state("load")  # the keys are there with the modules
    return page


def ask_by_keys(page: Page, site: str) -> None:
    """The rows of programme 1176, asked for without touching a mouse."""
    person = Person(page, site)
    page.goto(f"{site}/sign-in/?next=/%3Fcollection%3Dprograms")
    page.get_by_label("Username").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery\n")
    expect(page.locator("#programs")).to_be_visible()
    page.wait_for_load_state("load")  # the keys are there with the modules
    page.keyboard.press("/")
    expect(page.locator("#programs")).to_be_focused()
    page.keyboard.type("1176\n")
    person.see_rows()


def active_row(page: Page) -> str:
    return page.locator(f"{ROWS}.is-active").get_attribute("data-row") or ""


def test_rows_are_asked_for_walked_selected_and_added(
    page: Page, site: str, worker: Worker, alice: User, console: list[str]
) -> None:
    ask_by_keys(page, site)
    keys = page.locator(ROWS).evaluate_all("rows => rows.map(row => row.dataset.row)")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert active_row(page) == keys[1]
    page.keyboard.press("k")
    assert active_row(page) == keys[0]
    page.keyboard.press("x")
    expect(page.locator(f"{ROWS}.selected")).to_have_count(1)
    page.keyboard.press("b")
    expect(page.get_by_role("heading", level=1, name="New basket")).to_be_visible()
    expect(page.locator(".tree .leaf")).to_have_count(1)
    assert not console, console


def test_the_list_of_keys_opens_and_closes(page_of_rows: Page) -> None:
    page = page_of_rows
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    for key in ("/", "j", "k", "x", "b", "?"):
        expect(keys.locator("kbd", has_text=key).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_keys_mean_nothing_while_one_types(page_of_rows: Page) -> None:
    page = page_of_rows
    page.locator("#table-q").focus()
    page.keyboard.type("jxb?/")
    expect(page.locator("#table-q")).to_have_value("jxb?/")
    expect(page.locator(f"{ROWS}.is-active")).to_have_count(0)


def test_the_slash_reaches_the_search_from_the_rows(page_of_rows: Page) -> None:
    page_of_rows.keyboard.press("/")
    expect(page_of_rows.locator("[data-search-box]")).to_be_focused()


def test_the_first_tab_skips_to_the_content(page_of_rows: Page) -> None:
    page_of_rows.reload()
    page_of_rows.keyboard.press("Tab")
    expect(page_of_rows.get_by_role("link", name="Skip to the content")).to_be_focused()
