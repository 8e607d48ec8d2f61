"""What holds on every page: accessible in light and dark, fits a phone, asks no other host."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS
from tests.browser.places import places as places
from tests.browser.places import visit

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
# All that the scheme can change; what axe calls rules.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
RUN_AXE = """async ([kind, rules]) => {
  const found = await axe.run(document, {runOnly: {type: kind, values: rules}, iframes: false});
  return found.violations.map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.target + " " +
    (node.any[0]?.message ?? "")).join(" | ")}`);
}"""
SCHEMES: tuple[tuple[Any, list[Any]], ...] = (("light", ["tag", STANDARDS]), ("dark", ["rule", OF_COLOUR]))
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe_finds(
    page: Page, shoot: Callable[[str], None] = lambda scheme: None, run: str = RUN_AXE
) -> list[str]:
    """What axe finds on the page, in light all of it, in dark what colours can change."""
    page.evaluate(AXE.read_text())
    found = []
    for scheme, rules in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        shoot(scheme)
        found += [f"{scheme} {each}" for each in page.evaluate(run, rules)]
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page, address: str, name: str) -> list[str]:
    """What axe finds at `address`, in light and in dark; pictures of both are left under `name`."""
    visit(page, name, address)

    def shoot(scheme: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"page-{name}-{scheme}.png", caret="initial")

    return axe_finds(page, shoot)


def test_pages_are_accessible_and_ask_no_other_host_and_complain_of_nothing(
    page: Page, site: str, places: dict[str, str], console: list[str]
) -> None:
    hosts: set[str] = set()
    # What a page carries inside itself, as `data:` and `blob:`, reaches nobody.
    page.on("request", lambda request: hosts.update({urlsplit(request.url).netloc} - {""}))
    found = {}
    for name, address in places.items():
        if words := violations(page, address, name):
            found[name] = words
        assert page.locator("h1").count() == 1, name
        assert page.title().endswith("MAST Portal"), name
    assert not found, "\n".join(f"{name} {each}" for name, words in found.items() for each in words)
    assert hosts == {urlsplit(site).netloc}
    mistakes_meant = ("404 (Not Found)", "422 (Unprocessable Entity)")
    assert not [words for words in console if not any(meant in words for meant in mistakes_meant)]


def test_axe_finds_nothing_before_signing_in(page: Page, site: str) -> None:
    assert violations(page, f"{site}/sign-in/", "sign-in") == []


def test_no_page_scrolls_sideways_on_a_phone(page: Page, places: dict[str, str]) -> None:
    page.set_viewport_size(PHONE)
    too_wide = {}
    for name, address in places.items():
        visit(page, name, address)
        page.screenshot(path=SCREENSHOTS / f"phone-{name}.png", caret="initial")
        if (by_px := page.evaluate(SIDEWAYS)) > 0:
            too_wide[name] = by_px
    assert not too_wide
