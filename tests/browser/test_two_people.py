"""Two people in one basket at once: each sees what the other does, and nothing is taken back silently."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import ResearchGroup
from basket import lines
from basket.models import Basket
from tests.basket.make import basket_of
from tests.browser.conftest import SCREENSHOTS, VIEWPORT
from tests.browser.places import sign_in

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Another browser beside the first."""
    context = browser.new_context(viewport=VIEWPORT)
    yield context.new_page()
    context.close()


@pytest.fixture
def shared(alice: User, sandbox: object) -> Basket:
    return basket_of(alice, 3, group=ResearchGroup.objects.get(name="Demo group"))


def without_looking(page: Page) -> None:
    """The page no longer looks for what others do, as if it had been slow."""

    def nothing_new(route: Route) -> None:
        route.fulfill(status=204)

    page.route("**/state?*", nothing_new)


def picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", caret="initial")


def test_what_one_does_the_other_sees(
    page: Page, other: Page, site: str, alice: User, bob: User, shared: Basket, console: list[str]
) -> None:
    alices, bobs = page, other
    address = f"{site}/baskets/{shared.pk}/"
    for who, user in ((alices, alice), (bobs, bob)):
        sign_in(who, site, user)
        who.goto(address)
        expect(who.locator("#basket-tree .leaf")).to_have_count(3)
    alices.evaluate("window.sameAsBefore = true")

    # Bob takes an observation out and selects less: Alice sees both, and her page was never loaded again.
    leaf = bobs.locator("#basket-tree .leaf").first
    leaf.hover()
    leaf.get_by_role("button", name="out of the basket").click()
    expect(bobs.locator("#basket-tree .leaf")).to_have_count(2)
    expect(alices.locator("#basket-tree .leaf")).to_have_count(2, timeout=PATIENCE_MS)
    expect(alices.locator("#tree-count")).to_have_text("2")
    expect(alices.locator(".last-change")).to_contain_text("bob took out")
    bobs.get_by_role("button", name="Minimum recommended").click()
    chosen = alices.get_by_role("button", name="Minimum recommended")
    expect(chosen).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    picture(alices, "two-people-live")
    assert alices.evaluate("window.sameAsBefore") is True

    # Both change the rule: who was slower is told whose change they had not seen, and loses nothing.
    without_looking(alices)
    bobs.get_by_role("button", name="Everything").click()
    expect(bobs.get_by_role("button", name="Everything")).to_have_attribute("aria-pressed", "true")
    alices.get_by_role("button", name="Nothing").click()
    expect(alices.get_by_role("heading", level=1)).to_have_text("Somebody was quicker")
    expect(alices.locator(".notice")).to_contain_text("bob changed what is selected to: Everything")
    picture(alices, "two-people-conflict")
    alices.get_by_role("button", name="Make my change all the same").click()
    expect(alices.get_by_role("button", name="Nothing")).to_have_attribute("aria-pressed", "true")
    refused = [said for said in console if "409" not in said]
    assert not refused, refused


def test_rows_and_activity_follow_what_others_do(
    page: Page, other: Page, site: str, alice: User, bob: User, shared: Basket, console: list[str]
) -> None:
    alices, bobs = page, other
    for who, user, part in ((alices, alice, "rows"), (bobs, bob, "activity")):
        sign_in(who, site, user)
        who.clock.install()  # seconds between looks need not be waited for
        who.goto(f"{site}/baskets/{shared.pk}/{part}")
        who.evaluate("window.sameAsBefore = true")
    rows, notes = alices.locator(".basket-rows tbody tr"), alices.get_by_role("textbox", name="Note on")

    lines.remove_observation(shared, shared.lines.order_by("pk")[0].obsid, bob)
    for who in (alices, bobs):
        who.clock.fast_forward(5_000)
    expect(rows).to_have_count(2)
    expect(alices.locator(".last-change")).to_contain_text("bob took out")
    expect(bobs.locator(".events li").first).to_contain_text("took out")

    # Words that were not saved yet stay, whatever the others do meanwhile.
    notes.first.fill("not saved yet")
    alices.get_by_role("heading", level=2).click()
    lines.remove_observation(shared, shared.lines.order_by("pk")[0].obsid, bob)
    with bobs.expect_response("**/activity?mark=*"):
        bobs.clock.fast_forward(5_000)
    alices.clock.fast_forward(5_000)
    expect(bobs.locator(".events li", has_text="took out")).to_have_count(2)
    expect(rows).to_have_count(2)
    expect(notes.first).to_have_value("not saved yet")
    notes.first.fill("")
    alices.get_by_role("heading", level=2).click()
    alices.clock.fast_forward(5_000)
    expect(rows).to_have_count(1)
    for who in (alices, bobs):
        assert who.evaluate("window.sameAsBefore") is True
    picture(alices, "two-people-rows")
    assert not console, console


def test_a_note_for_the_others_and_a_lock(
    page: Page, other: Page, site: str, alice: User, bob: User, shared: Basket, console: list[str]
) -> None:
    alices, bobs = page, other
    address = f"{site}/baskets/{shared.pk}/"
    sign_in(alices, site, alice)
    sign_in(bobs, site, bob)
    bobs.goto(f"{address}rows")
    bobs.get_by_role("textbox", name="Note on").first.fill("the deep one, see Fig. 3")
    bobs.get_by_role("button", name="Save").first.click()
    expect(bobs.get_by_role("textbox", name="Note on").first).to_have_value("the deep one, see Fig. 3")
    picture(bobs, "basket-rows")
    bobs.goto(address)
    alices.goto(f"{address}manage")
    picture(alices, "basket-manage")
    alices.get_by_label("Why").fill("final for the paper")
    alices.get_by_role("button", name="Lock", exact=True).click()
    expect(alices.locator("#basket-state")).to_contain_text("Locked by alice")
    expect(bobs.locator("#basket-state")).to_contain_text("final for the paper", timeout=PATIENCE_MS)
    expect(bobs.get_by_role("button", name="Everything")).to_be_disabled()
    picture(bobs, "basket-locked")
    bobs.goto(f"{address}activity")
    expect(bobs.locator(".events li").first).to_contain_text("locked it: final for the paper")
    expect(bobs.locator(".events")).to_contain_text("noted on")
    picture(bobs, "basket-activity")
    assert not console, console
