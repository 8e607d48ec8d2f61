"""A saved search is opened by another of the group; a link carries what a table shows."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.places import sign_in
from tests.browser.steps import ROWS, Person
from tests.search.make import PROGRAMME, answered

pytestmark = pytest.mark.django_db(transaction=True)


def test_another_member_opens_what_was_saved(
    page: Page, site: str, alice: User, bob: User, charlie: User, sandbox: object, console: list[str]
) -> None:
    search = answered(PROGRAMME, alice)
    sign_in(page, site, alice)
    person = Person(page, site)
    page.goto(f"{site}/results/{search.pk}/?sort=-t_min")
    person.see_rows()
    instrument = person.facet_values("instrument_name")[0]
    person.filter("instrument_name", instrument)
    matched = person.matched()
    # The filter came without a new page: what is saved is what the table shows now.
    page.get_by_role("link", name="Save…").click()
    form = page.get_by_role("region", name="Save this search")
    expect(form).to_contain_text(f"Instrument is {instrument}")
    expect(form.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Pairs of 1176")
    form.get_by_label("For").select_option(label="Demo group")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("Saved as “Pairs of 1176”.")
    page.locator("[data-permalinks] summary").click()
    newest = page.locator("[data-permalink=newest]")
    expect(newest).to_have_attribute("href", re.compile(r"^http.*f\.instrument_name=.*sort=-t_min.*columns="))
    asked_anew = str(page.locator("[data-permalink=ask]").get_attribute("href"))

    sign_in(page, site, bob)
    page.goto(f"{site}/")
    page.get_by_text("Saved", exact=True).click()
    page.get_by_role("link", name=re.compile("Pairs of 1176")).click()
    person.see_rows()
    assert person.matched() == matched
    assert "sort=-t_min" in page.url
    expect(page.locator(".chips")).to_contain_text(instrument)

    sign_in(page, site, charlie)
    page.goto(asked_anew)
    expect(page.locator(ROWS).first).to_be_visible()
    assert person.matched() == matched
    page.goto(f"{site}/saved/")
    expect(page.get_by_role("heading", name="Nothing saved yet")).to_be_visible()
    assert console == []
