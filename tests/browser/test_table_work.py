"""Work at the table: columns that stay, a selection across pages, rows opened in place, the album."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.places import sign_in
from tests.browser.steps import ARCHIVE_PATIENCE_MS, ROWS, Person
from tests.search.make import PROGRAMME, answered
from tests.workers import Worker

pytestmark = pytest.mark.browser
HEADS = "#table-view thead th[data-column]"
COUNTS = "#table-view .counts"


@pytest.fixture
def result(page: Page, site: str, alice: User, sandbox: object) -> str:
    """The address of programme 1176's rows, and a browser signed in as Alice."""
    sign_in(page, site, alice)
    return site + reverse("result", args=[answered(PROGRAMME, alice).pk])


def columns(page: Page) -> list[str]:
    return list(page.locator(HEADS).evaluate_all("heads => heads.map(head => head.dataset.column)"))


def test_columns_are_remembered_after_signing_out(
    page: Page, result: str, site: str, alice: User, console: list[str], shoot: Callable[[str], None]
) -> None:
    page.goto(result)
    usual = columns(page)
    with page.expect_response("**/account/layouts/observations/"):
        page.locator(HEADS).nth(4).locator("a").drag_to(page.locator(HEADS).nth(0).locator("a"))
    expect(page.locator(HEADS).first).to_have_attribute("data-column", usual[4])
    page.locator(f"{HEADS} a").first.focus()
    with page.expect_response("**/account/layouts/observations/"):
        page.keyboard.press("Shift+ArrowUp")
    with page.expect_response("**/account/layouts/observations/"):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(HEADS).nth(1)).to_have_attribute("data-column", usual[4])
    expect(page.locator(f"{HEADS} a").nth(1)).to_be_focused()
    chosen = columns(page)
    page.context.clear_cookies()
    sign_in(page, site, alice)
    page.goto(result)
    assert columns(page) == chosen != usual
    page.get_by_text("Columns", exact=True).click()
    shoot("columns")
    page.get_by_role("button", name="Usual columns").click()
    expect(page.locator(HEADS).nth(4)).to_have_attribute("data-column", usual[4])
    assert columns(page) == usual
    assert not console, console


def test_a_selection_lasts_over_pages_and_filters(
    page: Page, result: str, console: list[str], shoot: Callable[[str], None]
) -> None:
    page.goto(f"{result}?page_size=5")
    page.locator("[data-select-row]").nth(1).check()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("page 2")
    page.locator("[data-select-row]").nth(0).check()
    expect(page.locator(COUNTS)).to_contain_text("2 selected")
    page.locator("[data-select-menu] summary").click()
    page.get_by_role("button", name="Invert on this page").click()
    expect(page.locator(COUNTS)).to_contain_text("5 selected")
    page.locator("[data-select-menu] summary").click()
    page.locator("[data-select-matching]").click()
    expect(page.locator(COUNTS)).to_contain_text("24 selected")
    Person(page, "").filter("target_name", "VV191")
    expect(page.locator(COUNTS)).to_contain_text("24 selected, ")
    expect(page.locator(COUNTS)).to_contain_text("filtered out")
    shoot("selection")
    page.locator("[data-clear-selection]").first.click()
    expect(page.locator("[data-selected-count]")).to_be_hidden()
    expect(page.locator(f"{ROWS}.selected")).to_have_count(0)
    assert not console, console


def test_a_row_opens_with_its_preview_and_products(
    page: Page, result: str, worker: Worker, console: list[str], shoot: Callable[[str], None]
) -> None:
    page.goto(result)
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    page.keyboard.press("o")
    details = page.locator(".row-details")
    expect(details.locator(".preview img")).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
    expect(details.locator(".row-products tfoot")).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
    assert details.locator(".preview img").evaluate("image => image.naturalWidth") > 1
    expect(details.get_by_role("link", name="Programme 1176")).to_be_visible()
    expect(details.locator(".fact-meaning").first).to_be_visible()
    shoot("row-open")
    page.keyboard.press("o")
    expect(details).to_have_count(0)
    assert not console, console


def test_the_album_shows_pictures_that_can_be_selected(
    page: Page, result: str, worker: Worker, console: list[str], shoot: Callable[[str], None]
) -> None:
    page.goto(result)
    page.get_by_role("link", name="Album").click()
    cards = page.locator(".album .card")
    expect(cards).to_have_count(24)
    expect(cards.locator(".preview img").first).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".card.selected")).to_have_count(1)
    expect(page.locator(COUNTS)).to_contain_text("1 selected")
    shoot("album")
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator(f"{ROWS}.selected")).to_have_count(1)
    assert not console, console


def test_a_range_is_drawn_and_the_pane_keeps_its_width(
    page: Page, result: str, console: list[str], shoot: Callable[[str], None]
) -> None:
    page.goto(f"{result}?fold=target_name")
    person = Person(page, "")
    drawing = person.facet("t_min").locator("svg")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5, steps=4)
    page.mouse.up()
    expect(page.locator(".chips")).to_contain_text("Start time")
    assert 0 < person.matched() < 24
    page.get_by_role("separator", name="Width of the filters").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wider = page.locator(".pane-filters").evaluate("pane => pane.clientWidth")
    page.reload()
    page.wait_for_load_state("load")
    expect(page.locator(".pane-filters")).to_have_js_property("clientWidth", wider)
    assert wider == 288
    shoot("brushed")
    assert not console, console
