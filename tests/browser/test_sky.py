"""The sky beside the table in a real browser: rows and footprints are one thing, regions are filters."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserType, Locator, Page, expect

from tests.browser.places import sign_in
from tests.browser.plotted import kept_result, many_rows
from tests.browser.sky_pane import PATIENCE_MS, Sky, matched_by_api, regions_of
from tests.browser.steps import ROWS, Person
from tests.browser.test_every_page import axe_finds

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=document.title=1><script>document.title=2</script>"
MIDDLE = "1000"
RA, DEC, STEP, HALF = 10.0, 20.0, 0.2, 0.03
# As many as the portal takes, more than a line of a request holds.
MANY_CORNERS = " ".join(
    f"{150 + np.cos(turn):.6f} {40 + np.sin(turn):.6f}"
    for turn in np.linspace(0, 2 * np.pi, 500, endpoint=False)
)
COPIED_AND_SAID = """() => [
    document.querySelector("[data-sky-copy=decimal]").dataset.copy,
    document.querySelector("[data-sky-place]").innerText,
]"""


def square(ra: float, dec: float) -> str:
    return "POLYGON " + " ".join(
        f"{ra + x * HALF} {dec + y * HALF}" for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    )


def rough(ra: float, dec: float) -> str:
    """A hundred kilobytes of outline."""
    turns = np.linspace(0, 2 * np.pi, 2400, endpoint=False)
    ras, decs = ra + HALF * np.cos(turns), dec + HALF * np.sin(turns)
    return "POLYGON ICRS " + " ".join(f"{x:.16f} {y:.16f}" for x, y in zip(ras, decs, strict=True))


def rows() -> dict[str, Any]:
    """One footprint in the middle, others on its four sides, and the difficult ones."""
    places = [(RA, DEC), *((RA + x * STEP, DEC + y * STEP) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)))]
    regions: list[str | None] = [square(*place) for place in places]
    places += [(RA + STEP, DEC + STEP), (float("nan"), float("nan")), (RA - STEP, DEC - STEP)]
    regions += [None, None, rough(*places[-1])]
    assert len(regions[-1] or "") > 90_000
    return {
        "obsid": [str(1000 + n) for n in range(len(places))],
        "obs_collection": ["JWST", "HST", "JWST", "HST", EVIL, "JWST", "HST", "JWST"],
        "instrument_name": ["NIRCAM/IMAGE"] * len(places),
        "target_name": [EVIL] * len(places),
        "s_ra": [ra for ra, _ in places],
        "s_dec": [dec for _, dec in places],
        "s_region": regions,
    }


def row_of(page: Page, key: str) -> Locator:
    return page.locator(f'{ROWS[: -len("[data-row]")]}[data-row="{key}"]')


@pytest.fixture
def search(alice: User, sandbox: object) -> str:
    return str(kept_result(alice, rows()).pk)


@pytest.fixture
def asked(page: Page) -> set[str]:
    """Every address the page asked for."""
    found: set[str] = set()
    page.on("request", lambda request: found.add(request.url))
    return found


def hosts(asked: set[str]) -> set[str]:
    return {urlsplit(each).netloc for each in asked if not each.startswith(("data:", "blob:"))}


@pytest.fixture
def sky(
    page: Page, site: str, alice: User, search: str, asked: set[str], console: list[str]
) -> Iterator[Sky]:
    sign_in(page, site, alice)
    page.goto(f"{site}{reverse('result', args=[search])}#sky")
    found = Sky(page)
    expect(found.summary).to_contain_text("footprints", timeout=PATIENCE_MS)
    yield found
    assert not console, console


def test_rows_and_footprints_are_one_thing(sky: Sky, page: Page, asked: set[str], site: str) -> None:
    expect(sky.summary).to_contain_text("6 footprints around")
    expect(sky.summary).to_contain_text("1 row without a footprint, shown as a marker.")
    expect(sky.summary).to_contain_text("1 row with neither footprint nor position, not shown.")
    row_of(page, "1003").hover()
    expect(sky.root).to_have_attribute("data-lit", "1003")
    sky.point()
    expect(sky.root).to_have_attribute("data-lit", MIDDLE)
    expect(page.locator("tr.is-lit")).to_have_attribute("data-row", MIDDLE)
    expect(sky.note).to_contain_text(EVIL)
    box = row_of(page, MIDDLE).get_by_role("checkbox")
    sky.click()
    expect(box).to_be_checked()
    expect(row_of(page, MIDDLE)).to_be_in_viewport()
    sky.click()
    expect(box).not_to_be_checked()
    sky.point(0.02, 0.5)
    expect(page.locator("tr.is-lit")).to_have_count(0)
    legend = page.locator("[data-sky-legend]")
    expect(legend).to_contain_text(EVIL)
    page.get_by_label("Colour", exact=True).select_option("access")
    expect(legend.locator("li")).to_have_text(["public8"], timeout=PATIENCE_MS)
    assert page.title().endswith("MAST Portal"), "what rows say is text, nowhere markup"
    assert hosts(asked) == {urlsplit(site).netloc}
    assert any("/sky/survey/Norder" in address for address in asked)


def test_the_map_is_moved_by_keys_and_axe_finds_nothing(sky: Sky, page: Page) -> None:
    place = page.locator("[data-sky-place]")
    sky.map.focus()
    page.keyboard.press("0")
    expect(place).to_have_text(re.compile(r"middle (9\.99|10\.00).* \+(19\.99|20\.00).*  00 (39|40) "))
    page.keyboard.press("ArrowUp")
    expect(place).to_have_text(re.compile(r" \+20\.(0[1-9]|1)"))
    copied, said = page.evaluate(COPIED_AND_SAID)  # at one moment: the map glides
    assert copied
    assert copied in said
    assert axe_finds(page) == []


def test_regions_drawn_and_written_are_filters(sky: Sky, page: Page, search: str) -> None:
    person, regions = Person(page, ""), page.locator("[data-sky-regions] li")
    sky.draw("Box", (0.4, 0.4), (0.95, 0.6))  # east is left: the middle, and the square west of it
    expect(regions).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(ROWS)).to_have_count(2)
    assert [words.split()[0] for words in regions_of(page)] == ["polygon"]
    assert person.matched() == matched_by_api(page, search) == 2
    expect(sky.summary).to_contain_text("2 footprints")
    page.get_by_role("button", name="Remove the region").click()
    expect(regions).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(ROWS)).to_have_count(8)

    button = page.get_by_role("button", name="Polygon", exact=True)
    button.click()
    for place in ((0.3, 0.3), (0.7, 0.3)):
        page.mouse.click(*sky.at(*place))
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert regions_of(page) == []

    field = page.get_by_label("Region", exact=True)
    for words, sentence in (
        ("cirkle 1 2 3", "Write “circle RA Dec radius”"),
        ("polygon 0 0 1 1 1 0 0 1", "crosses itself"),
        ("circle 1 95 1", "between -90 and 90"),
        (f"polygon {MANY_CORNERS}", "leave out corners, or use a circle"),
    ):
        field.fill(words)
        field.press("Enter")
        expect(page.locator("[data-sky-error]")).to_contain_text(sentence)
    field.fill(f"circle {RA} {DEC} 0.01")
    field.press("Enter")
    expect(page.locator(ROWS)).to_have_count(1, timeout=PATIENCE_MS)
    assert regions_of(page) == [f"circle {RA:g} {DEC:g} 0.01"]
    assert Person(page, "").matched() == matched_by_api(page, search) == 1


def test_more_than_can_be_drawn_is_counted_by_cell(
    page: Page, site: str, alice: User, sandbox: object
) -> None:
    search = kept_result(alice, many_rows(5000))
    sign_in(page, site, alice)
    page.goto(f"{site}{reverse('result', args=[search.pk])}#sky")
    sky = Sky(page)
    expect(sky.summary).to_contain_text("5,000 rows", timeout=PATIENCE_MS)
    expect(page.locator("[data-sky-legend]")).to_contain_text("rows a cell")
    sky.map.focus()
    for _ in range(9):
        page.keyboard.press("+")  # each by a third: nine make a tenth of the field
    expect(sky.summary).to_contain_text("In sight, of 5,000 rows", timeout=PATIENCE_MS)
    page.keyboard.press("0")
    expect(sky.summary).not_to_contain_text("In sight", timeout=PATIENCE_MS)


@pytest.fixture
def page_without_webgl(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], site: str, alice: User
) -> Iterator[Page]:
    options = {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], "--disable-3d-apis"]}
    browser = browser_type.launch(**options)
    page = browser.new_page()
    sign_in(page, site, alice)
    yield page
    browser.close()


def test_without_webgl_the_page_says_so_and_works(page_without_webgl: Page, site: str, search: str) -> None:
    page = page_without_webgl
    page.goto(f"{site}{reverse('result', args=[search])}#sky")
    expect(page.locator("[data-sky-without]")).to_contain_text("no WebGL 2")
    expect(page.locator("[data-sky-map]")).to_be_hidden()
    page.get_by_label("Region", exact=True).fill(f"circle {RA} {DEC} 0.01")
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(1, timeout=PATIENCE_MS)
