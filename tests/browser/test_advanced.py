"""Advanced Search in the browser: a count that follows, mistakes at their fields, what is left out, lists."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.archive import Sandbox
from tests.browser.places import sign_in
from tests.browser.steps import ARCHIVE_PATIENCE_MS, Person
from tests.browser.test_every_page import axe_finds
from tests.search.make import questions
from tests.workers import Worker

pytestmark = pytest.mark.browser
MATCH = re.compile(r"[\d,]+ observations match")


@pytest.fixture
def person(page: Page, site: str, worker: Worker, alice: User, shoot: Callable[[str], None]) -> Person:
    sign_in(page, site, alice)
    return Person(page, site, shoot)


def number(page: Page) -> int:
    count = page.locator("#count-number")
    expect(count).to_have_text(MATCH, timeout=ARCHIVE_PATIENCE_MS)
    expect(page.locator("#count-state [data-poll]")).to_have_count(0, timeout=ARCHIVE_PATIENCE_MS)
    return int(re.sub(r"\D", "", count.inner_text()))


def test_the_count_follows_and_leaves_out(person: Person, sandbox: Sandbox, console: list[str]) -> None:
    page, mark = person.page, sandbox.mark()
    page.goto(f"{person.site}/?collection=programs&advanced=1")
    page.locator("#programs").press_sequentially("1176", delay=30)
    everything = number(page)
    page.locator("input[name='c.filters']").last.fill("F1*")
    expect(page.locator("#count-number")).not_to_have_text(
        f"{everything:,} observations match", timeout=20_000
    )
    some = number(page)
    page.get_by_label("Filters is not").check()
    expect(page.locator("#count-number")).not_to_have_text(f"{some:,} observations match", timeout=20_000)
    assert number(page) == everything - some
    page.locator("input[name='min.t_min']").fill("the day before")
    expect(page.locator("[data-criterion='t_min'] .field-error")).to_contain_text("is not a date")
    page.locator("input[name='min.t_min']").fill("")
    expect(page.locator(".field-error")).to_have_count(0)
    assert number(page) == everything - some
    # 1176; with F1*; and again the first of these, with what is taken away from it.
    assert questions(sandbox.log(mark)).count("Mast.Caom.Filtered") <= 4
    person.shoot("advanced-not")
    page.evaluate("scrollTo(0, 0)")  # nothing half under the bar
    assert axe_finds(page) == []
    page.locator(".search-go button").click()
    person.see_rows()
    assert person.matched() == everything - some
    expect(page.get_by_role("heading", level=1)).to_contain_text("Filters is not like F1*")
    assert not console, console


def test_keywords_are_found_and_counted(person: Person, sandbox: Sandbox, console: list[str]) -> None:
    page = person.page
    page.goto(f"{person.site}/?collection=jwst-keywords&instrument=niriss&advanced=1&min.effexptm=1")
    expect(page.locator("#count-number")).to_contain_text("match", timeout=ARCHIVE_PATIENCE_MS)
    page.get_by_label("counts of values").check()
    expect(page.locator("[data-criterion='exp_type'] [data-count]").first).to_have_text(
        re.compile(r"\d"), timeout=ARCHIVE_PATIENCE_MS
    )
    page.get_by_label("Find a keyword").fill("exposure type")
    expect(page.locator("[data-criterion='exp_type']")).to_be_visible()
    expect(page.locator("[data-criterion='pupil']")).to_be_hidden()
    page.get_by_label("Find a keyword").fill("")
    page.get_by_label("what each means").check()
    expect(page.locator(".meaning").first).to_be_visible()
    person.shoot("advanced-keywords")
    page.locator("#instrument").select_option("nircam")
    expect(page.locator("[data-criterion='module']")).to_have_count(1)
    expect(page.locator("input[name='min.effexptm']")).to_have_value("1")
    assert not console, console


def test_a_list_is_uploaded_said_back_and_searched(
    person: Person, sandbox: Sandbox, console: list[str], tmp_path: Path
) -> None:
    page, file = person.page, tmp_path / "targets.csv"
    file.write_text("name,ra,dec\nthe ring,283.3963,33.0292\n")
    page.goto(f"{person.site}/?collection=targets")
    page.locator("#targets").fill("m57\nno such thing\nM 57")
    page.locator("#targets-file").set_input_files(file)
    page.locator(".search-go button").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("2 of 4", timeout=ARCHIVE_PATIENCE_MS)
    person.shoot("targets")
    assert axe_finds(page) == []
    page.get_by_label("Instead of line 2").fill("VV 191")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Search the others").press("Enter")
    person.see_rows()
    assert set(person.facet_values("searched_target")) == {"m57", "the ring", "VV 191"}
    person.filter("searched_target", "the ring")
    assert not console, console
