"""How much the first page weighs on the wire, and the README's picture of the results."""

import gzip
import os
import struct
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page, Response, expect

from tests.basket.make import basket_of
from tests.browser.conftest import VIEWPORT
from tests.browser.places import sign_in
from tests.browser.steps import ARCHIVE_PATIENCE_MS, ROWS
from tests.search.make import PROGRAMME, answered

pytestmark = pytest.mark.browser
MOST_BYTES = 150_000
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "results.png"
PICTURE_MOST_BYTES = 300_000
PICTURED = {"collection": "programs", "programs": "1558, 8441, 17502"}
PICTURED_FILTERS = "f.dataproduct_type=spectrum&sort=-target_name"


def weight(page: Page, address: str) -> int:
    """Bytes that a first visit of `address` takes, each body compressed as the web server does."""
    bodies: dict[str, bytes] = {}

    def note(response: Response) -> None:
        bodies[response.url] = response.body()

    page.on("response", note)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", note)
    assert len(bodies) > 5
    return sum(len(gzip.compress(body)) for body in bodies.values())


def test_first_pages_are_light(browser: Browser, site: str, alice: User, sandbox: object) -> None:
    rows = reverse("result", args=[answered(PROGRAMME, alice).pk])
    basket = reverse("basket", args=[basket_of(alice, 2).pk])
    for address in ("/", rows, basket):
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, site, alice)
        assert weight(page, f"{site}{address}") < MOST_BYTES, address
        context.close()


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_the_picture_in_the_readme(page: Page, sandbox: object, site: str, alice: User) -> None:
    sign_in(page, site, alice)
    search = answered(PICTURED, alice)
    page.goto(f"{site}{reverse('result', args=[search.pk])}?{PICTURED_FILTERS}#sky")
    for marked in ("tr.exclusive", "tr.planned", "tr:not(.exclusive, .planned)"):
        expect(page.locator(f"tbody {marked}").first).to_be_in_viewport()
    expect(page.locator(".chips .chip")).to_have_count(1)
    for number in (0, 4):
        page.locator(ROWS).nth(number).get_by_role("checkbox").check()
    expect(page.locator("#table-view .counts")).to_contain_text("2 selected")
    expect(page.locator("[data-sky-summary]")).to_contain_text("footprints", timeout=ARCHIVE_PATIENCE_MS)
    page.wait_for_load_state("networkidle")  # the survey's tiles
    picture = page.screenshot(caret="initial")
    if os.environ.get("UPDATE_SCREENSHOTS"):
        PICTURE.write_bytes(picture)
    wanted = (VIEWPORT["width"], VIEWPORT["height"])
    assert size_of(picture) == size_of(PICTURE.read_bytes()) == wanted
    assert PICTURE.stat().st_size < PICTURE_MOST_BYTES
