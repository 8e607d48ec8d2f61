"""Makes the pictures of the page of help from the portal itself, in light."""

import pytest
from playwright.sync_api import Page, expect

from mastportal.embedded.state import CHECKOUT
from mastportal.help import PICTURE_HEIGHT, PICTURE_WIDTH
from tests.browser.places import places as places
from tests.browser.places import visit

pytestmark = [pytest.mark.browser, pytest.mark.long]
FOLDER = CHECKOUT / "static" / "help"
PICTURES = {
    "search": "search-advanced",
    "result": "result-sky",
    "basket": "basket",
    "bundle": "bundle",
    "account": "account",
}


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_taken(picture: str, page: Page, places: dict[str, str]) -> None:
    page.set_viewport_size({"width": PICTURE_WIDTH, "height": PICTURE_HEIGHT})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit(page, PICTURES[picture], places[PICTURES[picture]])
    expect(page.locator("h1")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    # Hiding the caret would put a style into the page, which its policy rightly refuses.
    page.screenshot(path=FOLDER / f"{picture}.png", caret="initial")
