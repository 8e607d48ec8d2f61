"""Owns how tests take hold of the sky beside the table."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

PATIENCE_MS = 20_000


class Sky:
    """The pane, as a person with a pointer and a keyboard meets it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("[data-sky]")
        self.map = page.locator("[data-sky-map]")
        self.summary = page.locator("[data-sky-summary]")
        self.note = page.locator("[data-sky-note]")

    def at(self, right: float, down: float) -> tuple[float, float]:
        """A pixel of the page, by parts of the map."""
        box = self.map.bounding_box()
        assert box is not None
        return box["x"] + right * box["width"], box["y"] + down * box["height"]

    def point(self, right: float = 0.5, down: float = 0.5) -> None:
        x, y = self.at(right, down)
        self.page.mouse.move(x - 3, y - 3)
        self.page.mouse.move(x, y)

    def click(self, right: float = 0.5, down: float = 0.5) -> None:
        self.page.mouse.click(*self.at(right, down))

    def draw(self, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.get_by_role("button", name=kind, exact=True).click()
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(*end), steps=3)
        self.page.mouse.up()


def regions_of(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("sky", [])


def matched_by_api(page: Page, search: str) -> int:
    """What the portal says of the filters in the page's address."""
    address = f"/api/v1/searches/{search}/rows?{urlsplit(page.url).query}&page_size=1"
    return int(page.evaluate("async (address) => (await (await fetch(address)).json()).matched", address))
