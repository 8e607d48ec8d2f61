"""JavaScript is off: every link and form still leads from a question to a bundle."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, expect

from tests.browser.steps import ROWS, Person
from tests.waiting import wait_until
from tests.workers import Worker

pytestmark = pytest.mark.browser


@pytest.fixture
def person(browser: Browser, site: str, worker: Worker, alice: User) -> Iterator[Person]:
    context = browser.new_context(java_script_enabled=False)
    yield Person(context.new_page(), site)
    context.close()


def look_again(person: Person, selector: str) -> None:
    """Load the page until it shows `selector`, as a person without script must."""

    def shown() -> bool:
        person.page.reload()
        return person.page.locator(selector).count() > 0

    if not person.page.locator(selector).count():
        wait_until(shown, patience_s=60)


def test_from_a_question_to_a_bundle(person: Person) -> None:
    page = person.page
    person.sign_in()
    page.locator("#target").fill("m57 r=1m")
    page.locator(".search-go button").click()
    look_again(person, ROWS)
    person.filter("instrument_name", "NIRCAM/IMAGE")
    page.locator(f"{ROWS} td.check input").first.check()
    page.locator("#basket-name").fill("By hand")
    page.get_by_role("button", name="Add selected").click()
    look_again(person, ROWS)
    expect(page.locator(".tree .leaf")).to_have_count(1)
    page.get_by_role("button", name="Minimum recommended").click()
    page.get_by_role("button", name="Request bundle").click()
    look_again(person, "#download-head")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download .*zip")).click()
    assert download.value.suggested_filename.endswith(".zip")


def test_another_collection_and_its_criteria(person: Person) -> None:
    page = person.page
    person.sign_in()
    page.locator("#collection").select_option("jwst-keywords")
    page.get_by_role("button", name="Use this collection").click()
    page.locator("#instrument").select_option("niriss")
    page.get_by_role("button", name="Advanced Search").click()
    page.locator('input[type=checkbox][name="c.tsovisit"][value="t"]').check()
    page.locator(".search-go button").click()
    look_again(person, f"{ROWS}, #waiting + *, .empty h2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("tsovisit")


def test_sorting_paging_and_columns_are_links_and_forms(person: Person) -> None:
    page = person.page
    person.sign_in()
    person.choose_collection("programs")
    page.get_by_role("button", name="Use this collection").click()
    page.locator("#programs").fill("1176")
    page.locator(".search-go button").click()
    look_again(person, ROWS)
    page.locator("th a.sort", has_text="Target").click()
    expect(page).to_have_url(re.compile("sort=target_name"))
    page.get_by_role("link", name="25 rows a page").click()
    expect(page).to_have_url(re.compile("page_size=25"))
    page.get_by_text("Columns", exact=True).click()
    page.locator("#columns-order").fill("obs_id,target_name")
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead th[scope=col]")).to_have_count(2)


def test_a_count_a_value_left_out_and_a_list_of_targets(person: Person) -> None:
    page = person.page
    person.sign_in()
    page.goto(f"{person.site}/?collection=programs&programs=1176&advanced=1&c.filters=F150W&not.filters=1")
    page.get_by_role("button", name="Count", exact=True).click()
    expect(page.locator("#search-count")).to_contain_text("observations match")
    page.get_by_role("button", name="Count values").click()
    expect(
        page.locator("[data-criterion='calib_level'] [data-count]", has_text=re.compile(r"\d")).first
    ).to_be_attached()
    page.goto(f"{person.site}/?collection=targets")
    page.locator("#targets").fill("m57\nno such thing")
    page.locator(".search-go button").click()
    look_again(person, "form#targets-list")
    page.get_by_role("button", name="Search the others").click()
    look_again(person, ROWS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 target (m57)")
