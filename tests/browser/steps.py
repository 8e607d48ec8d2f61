"""What a person does on the pages, step by step, for the browser tests to put together."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

PASSWORD = "correct horse battery"
ARCHIVE_PATIENCE_MS = 60_000  # two cores may be busy with a worker's start
ROWS = "#table-view tbody tr[data-row]"
TARGET_COLUMN = "target_name"


@dataclass
class Person:
    """Somebody before the portal's pages at `site`, who leaves pictures of what they pass."""

    page: Page
    site: str
    shoot: Callable[[str], None] = lambda name: None

    def sign_in(self, name: str = "alice") -> None:
        self.page.goto(f"{self.site}/")
        self.shoot("sign-in")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("region", name="Search panel")).to_be_visible()

    def choose_collection(self, value: str) -> None:
        self.page.goto(f"{self.site}/")
        self.page.locator("#collection").select_option(value)

    def search(self) -> None:
        """Send the panel's question and wait for its rows."""
        self.page.locator(".search-go button").click()
        self.see_rows()

    def see_rows(self) -> None:
        expect(self.page.locator(ROWS).first).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)

    def facet(self, column: str) -> Locator:
        return self.page.locator(f'[data-facet="{column}"]')

    def facet_values(self, column: str) -> list[str]:
        return self.facet(column).locator(".facet-list .label").all_inner_texts()

    def filter(self, column: str, value: str) -> None:
        link = self.facet(column).locator("li a", has=self.page.get_by_text(value, exact=True)).first
        link.click()
        expect(self.page.locator(".chips")).to_contain_text(value)

    def matched(self) -> int:
        words = self.page.locator("#table-view .toolbar strong").first.inner_text()
        return int(re.findall(r"[\d,]+", words)[0].replace(",", ""))

    def add_all(self, basket: str) -> None:
        """All rows that match go into `basket`, which is made when there is none of that name."""
        choice = self.page.locator("#basket-choice")
        if basket in choice.locator("option").all_inner_texts():
            choice.select_option(label=basket)
        else:
            choice.select_option("")
            self.page.locator("#basket-name").fill(basket)
        self.page.get_by_role("button", name="Add all").click()
        expect(self.page.get_by_role("heading", level=1, name=basket)).to_be_visible()

    def see_products(self) -> None:
        """The product lists are all here, and the files are shown without asking again."""
        expect(self.page.locator(ROWS).first).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
        expect(self.page.locator("#basket-state[data-poll]")).to_have_count(0, timeout=ARCHIVE_PATIENCE_MS)

    def request_bundle(self) -> None:
        self.page.get_by_role("button", name="Request bundle").click()
        expect(self.page.get_by_role("heading", name="Progress")).to_be_visible()

    def download(self, folder: Path) -> Path:
        """Wait until the bundle is ready, and take it."""
        link = self.page.get_by_role("link", name=re.compile("^Download .*zip"))
        expect(link).to_be_visible(timeout=ARCHIVE_PATIENCE_MS)
        with self.page.expect_download() as under_way:
            link.click()
        file = folder / under_way.value.suggested_filename
        under_way.value.save_as(file)
        return file
