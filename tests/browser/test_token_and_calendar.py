"""A token from its entry to its end and its successor, and the calendar with its secret address."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from accounts import archive, token_warnings
from accounts.models import ArchiveToken, ResearchGroup
from basket.models import Basket, BasketLine
from tests.browser.places import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_token_ends_and_is_replaced(
    page: Page,
    site: str,
    alice: User,
    sandbox: object,
    console: list[str],
    shoot: Callable[[str], None],
) -> None:
    sign_in(page, site, alice)
    page.goto(f"{site}/account/")
    panel = page.locator("#mast-token")
    panel.get_by_label("MAST token").fill("sandbox-token-alice")
    panel.get_by_role("button", name="Check and keep").click()
    expect(panel).to_contain_text("it may end any day")
    panel.get_by_label("Made on").first.fill(str(archive.now().date() - timedelta(days=58)))
    panel.get_by_role("button", name="Warn me in time").click()
    expect(panel).to_contain_text("ends soon")
    assert token_warnings.warn() == 1
    page.goto(f"{site}/notifications/")
    expect(page.locator("main")).to_contain_text("Your MAST token ends on")
    past = timezone.now() - timedelta(days=4)
    made_on = archive.now().date() - timedelta(days=61)
    ArchiveToken.objects.update(made_on=made_on, checked_at=past, last_used_at=past, created_at=past)
    page.goto(f"{site}/account/")
    expect(panel).to_contain_text("expired")
    expect(page.locator(".topbar")).to_contain_text("Token expired")
    shoot("token-expired")
    panel.get_by_label("MAST token").fill("sandbox-token-bob")
    panel.get_by_role("button", name="Check and keep").click()
    expect(panel).to_contain_text("This token belongs to bob at MAST, the one kept here to alice")
    panel.get_by_label("MAST token").fill("sandbox-token-alice")
    panel.get_by_label("Made on").last.fill(str(archive.now().date()))
    panel.get_by_role("button", name="Check and keep").click()
    expect(panel).to_contain_text("accepted by MAST")
    assert [said for said in console if "422" not in said] == []


def test_the_calendar_and_its_address(
    page: Page,
    site: str,
    alice: User,
    sandbox: object,
    console: list[str],
    shoot: Callable[[str], None],
) -> None:
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="The group's", owner=alice, group=group)
    row = {"obsid": "900000001", "obs_id": "jw-one", "obs_collection": "JWST", "proposal_id": "77"}
    row |= {"calib_level": 3, "t_obs_release": archive.today_mjd() + 12, "target_name": "M 57"}
    BasketLine.objects.create(basket=basket, obsid="900000001", row=row, added_by=alice)
    sign_in(page, site, alice)
    page.goto(f"{site}/")
    page.locator(".topbar details.menu summary", has_text="alice").click()
    page.get_by_role("link", name="Release calendar").click()
    expect(page.get_by_role("row", name="in 12 days")).to_contain_text("JWST 77")
    page.get_by_label("Programmes of").select_option(label="Demo group")
    expect(page.get_by_role("row", name="in 12 days")).to_contain_text("M 57")
    page.get_by_role("button", name="Make an address").click()
    address = page.locator("#new-calendar-address").inner_text()
    shoot("calendar")
    answer = httpx.get(address, trust_env=False)
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "JWST 77: 1 observation becomes public"
    page.goto(f"{site}/calendar/")
    expect(page.get_by_role("button", name="Make a new address")).to_be_visible()
    assert address not in page.content()
    assert console == []
