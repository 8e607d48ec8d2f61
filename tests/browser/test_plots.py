"""Plot and timeline of 100,000 made-up rows in a real browser: drawn, brushed, tied to the table, saved."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.places import sign_in
from tests.browser.plotted import kept_result, many_rows
from tests.browser.steps import ROWS, Person
from tests.browser.test_every_page import RUN_AXE, axe_finds

pytestmark = pytest.mark.browser

MANY = 100_000
RUN_AXE_BESIDE = RUN_AXE.replace("document,", "document.getElementById('side-pane'),")
Columns = dict[str, np.ndarray]
Opened = Callable[[int, str], tuple[Page, Columns]]


@pytest.fixture
def opened(page: Page, site: str, alice: User) -> Opened:
    """The page of a made-up result of so many rows, with a tab open; and its columns."""
    sign_in(page, site, alice)

    def show(count: int, tab: str) -> tuple[Page, Columns]:
        columns = many_rows(count)
        search = kept_result(alice, columns)
        page.goto(site + reverse("result", args=[search.pk]) + tab)
        expect(page.locator(".plot-summary").last).to_contain_text(" rows", timeout=20_000)
        return page, {name: np.asarray(values) for name, values in columns.items()}

    return show


def drag(page: Page, panel: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A box over a figure, corners in parts of its width and height."""
    box = page.locator(f"#{panel} [data-plot-figure]").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=3)
    page.wait_for_timeout(60)
    page.mouse.up()


def enclosed(page: Page, columns: Columns) -> int:
    """How many rows lie within the address's limits, by numpy."""
    query = parse_qs(urlsplit(page.url).query)
    inside = np.ones(len(columns["obsid"]), dtype=bool)
    for name, (value,) in query.items():
        end, _, column = name.partition(".")
        known = columns[column]
        inside &= np.isfinite(known) & (known >= float(value) if end == "min" else known <= float(value))
    return int(inside.sum())


def saved(page: Page, kind: str) -> bytes:
    with page.expect_download() as caught:
        page.locator(f"#side-plot [data-plot-save={kind}]").click()
    assert caught.value.suggested_filename == f"plot-t_min-t_exptime.{kind}"
    return caught.value.path().read_bytes()


def test_a_scatter_of_100000_points(
    page: Page, opened: Opened, console: list[str], shoot: Callable[[str], None]
) -> None:
    _, columns = opened(MANY, "#plot?x=t_min&y=t_exptime&colour=instrument_name&log=y")
    summary = page.locator("#side-plot .plot-summary")
    drawable = (columns["t_exptime"] > 0) & (columns["t_exptime"] <= 1e100)
    expect(summary).to_contain_text(f"{drawable.sum():,} rows")
    expect(summary).to_contain_text(f"{(~drawable).sum()} rows without a value are not shown")
    shoot("plot")
    assert saved(page, "png").startswith(b"\x89PNG\r\n")
    picture = saved(page, "svg")
    assert picture.startswith(b"<svg")
    assert b"Exposure length" in picture
    assert b"<img" not in picture
    drag(page, "side-plot", (0.4, 0.3), (0.6, 0.6))
    expect(page.locator(".chips")).to_contain_text("Exposure length")
    found = enclosed(page, columns)
    assert 0 < found < MANY / 2
    assert Person(page, "").matched() == found
    expect(summary).to_contain_text(f"{found:,} rows")
    assert page.title() != "1"
    assert not console, console


def test_rows_and_points_light_each_other(opened: Opened, console: list[str]) -> None:
    page, _ = opened(60, "#plot?x=s_ra&y=s_dec&colour=t_min")
    row = page.locator(ROWS).nth(3)
    assert axe_finds(page, run=RUN_AXE_BESIDE) == []
    row.hover()
    ring, tip = page.locator("#side-plot [data-plot-ring]"), page.locator("#side-plot [data-plot-tip]")
    expect(ring).to_be_visible()
    where = ring.bounding_box()
    assert where is not None
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2, steps=2)
    expect(tip).to_contain_text("RA:")
    expect(tip.locator(".plot-name")).to_contain_text("T3")
    expect(row).to_have_class(re.compile("is-lit"))
    page.mouse.down()
    page.mouse.up()
    expect(row).to_have_class(re.compile("is-active"))
    assert not console, console


def test_a_timeline(opened: Opened, console: list[str], shoot: Callable[[str], None]) -> None:
    page, columns = opened(20_000, "#timeline?x=t_min&lane=instrument_name")
    summary = page.locator("#side-timeline .plot-summary")
    expect(summary).to_contain_text("20,000 rows")
    shoot("timeline")
    drag(page, "side-timeline", (0.5, 0.3), (0.7, 0.4))
    expect(page.locator(".chips")).to_contain_text("Start time")
    found = enclosed(page, columns)
    assert 0 < found < 15_000
    assert Person(page, "").matched() == found
    expect(summary).to_contain_text(f"{found:,} rows")
    page.locator("#side-timeline summary").click()
    assert axe_finds(page, run=RUN_AXE_BESIDE) == []
    page.locator("#side-timeline").get_by_role("button", name="Remove these limits").click()
    expect(summary).to_contain_text("20,000 rows")
    page.get_by_label("Begins from").fill("2023-01-01")
    page.get_by_label("Begins from").press("Enter")
    expect(page.locator(".chips")).to_contain_text("2023-01-01")
    assert Person(page, "").matched() == (columns["t_min"] >= 59_945).sum()
    assert not console, console
