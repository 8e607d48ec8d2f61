"""The sky beside the table in a real browser: rows and footprints are one thing, regions are filters."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserType, Locator, Page, expect

from tests.browser.places import sign_in
from tests.browser.plotted import kept_result, many_rows
from tests.browser.steps import ROWS, Person
from tests.browser.test_every_page import axe_finds

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000
EVIL = "<img src=x onerror=document.title=1><script>document.title=2</script>"
MIDDLE = "1000"
RA, DEC, STEP, HALF = 10.0, 20.0, 0.2, 0.03
# As many as the portal takes, more than a line of a request holds.
MANY_CORNERS = " ".join(
    f"{150 + np.cos(turn):.6f} {40 + np.sin(turn):.6f}"
    for turn in np.linspace(0, 2 * np.pi, 500, endpoint=False)
)


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


def row_of(page: Page, key: str) -> Locator:
    return page.locator(f'{ROWS[: -len("[data-row]")]}[data-row="{key}"]')


def regions_of(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("sky", [])


def matched_by_api(page: Page, search: str) -> int:
    """What the portal says of the filters in the page's address."""
    address = f"/api/v1/searches/{search}/rows?{urlsplit(page.url).query}&page_size=1"
    return int(page.evaluate("async (address) => (await (await fetch(address)).json()).matched", address))


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
    expect(place).to_have_text(re.compile(r" \+20\.[01]"))
    copied = page.locator("[data-sky-copy=decimal]").get_attribute("data-copy") or ""
    assert copied in place.inner_text()
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


POLAR_FOV = 4.0
# Around the view's middle at RA 0, Dec 89: corners of what crosses RA 0 and of what goes round the pole.
ACROSS = [(350.0, 88.8), (10.0, 88.8), (10.0, 89.2), (350.0, 89.2)]
POLE = [(45.0, 89.8), (135.0, 89.8), (225.0, 89.8), (315.0, 89.8)]
RING = (90.0, 89.0, 0.15)


def directions(places: list[tuple[float, float]]) -> np.ndarray:
    ra, dec = np.radians(np.array(places)).T
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)


def outlines() -> np.ndarray:
    """Directions on the three outlines: corners, middles of edges along great circles, a ring's four ends."""
    found = []
    for corners in (directions(ACROSS), directions(POLE)):
        middles = corners + np.roll(corners, -1, axis=0)
        found += [corners, middles / np.linalg.norm(middles, axis=1)[:, None]]
    centre = directions([RING[:2]])[0]
    east, radius = np.array([-1.0, 0.0, 0.0]), np.radians(RING[2])
    sides = np.array([east, -east, np.cross(centre, east), -np.cross(centre, east)])
    found.append(np.cos(radius) * centre + np.sin(radius) * sides)
    return np.concatenate(found)


def on_canvas(points: np.ndarray, width: float, height: float) -> list[list[float]]:
    """Pixels of directions, by the formula of the globe (SIN) around RA 0, Dec 89, north up."""
    dec = np.radians(89)
    right, up = -points[:, 1], points @ np.array([-np.sin(dec), 0, np.cos(dec)])
    scale = width / 2 / np.sin(np.radians(POLAR_FOV / 2))
    return np.stack([width / 2 + right * scale, height / 2 - up * scale], axis=1).tolist()


INK_AROUND = """(canvas, places) => places.map(([x, y]) => {
  const scale = canvas.width / canvas.clientWidth;
  const corner = [x, y].map((at) => Math.round(at * scale) - 2);
  const found = canvas.getContext("2d").getImageData(...corner, 5, 5).data;
  return Math.max(...found.filter((_, at) => at % 4 === 3));
})"""


def test_across_ra_0_and_around_a_pole(page: Page, site: str, alice: User, sandbox: object) -> None:
    regions = [f"POLYGON {' '.join(f'{ra} {dec}' for ra, dec in each)}" for each in (ACROSS, POLE)]
    regions += [f"CIRCLE {' '.join(map(str, RING))}", "CIRCLE 270 87 0.1"]
    keys = ["1", "2", "3", "4"]
    columns = {
        "obsid": keys,
        "s_ra": [0.0, 0.0, 90.0, 270.0],
        "s_dec": [89.0, 90.0, 89.0, 87.0],
        "s_region": regions,
    }
    search = kept_result(alice, {**columns, "obs_collection": ["JWST"] * 4})
    sign_in(page, site, alice)
    page.goto(f"{site}{reverse('result', args=[search.pk])}#sky?at=0,89,{POLAR_FOV:g}")
    sky, person = Sky(page), Person(page, "")
    expect(sky.summary).to_contain_text("4 footprints", timeout=PATIENCE_MS)
    sky.point()
    expect(sky.root).to_have_attribute("data-lit", "1")
    box = sky.map.bounding_box()
    assert box is not None
    ((right, down),) = on_canvas(directions([(0, 90)]), box["width"], box["height"])
    sky.point(right / box["width"], down / box["height"])
    expect(sky.root).to_have_attribute("data-lit", "2")
    places = on_canvas(outlines(), box["width"], box["height"])
    canvas = page.locator("[data-sky-over]")
    assert min(canvas.evaluate(INK_AROUND, places)) > 100
    sky.point(0.03, 0.97)
    expect(sky.root).not_to_have_attribute("data-lit", "2")
    empty = on_canvas(directions([(0, 89), (0, 90), (30, 89.5), (180, 89.5)]), box["width"], box["height"])
    assert max(canvas.evaluate(INK_AROUND, empty)) == 0, "no line goes the wrong way round"

    for corner, found in (((0.4, 0.4), 1), ((0.35, 0.15), 2)):  # the second has the pole in it
        sky.draw("Box", corner, (1 - corner[0], 0.6))
        expect(page.locator(ROWS)).to_have_count(found, timeout=PATIENCE_MS)
        (region,) = regions_of(page)
        ras = [float(each) for each in region.split()[1::2]]
        assert min(ras) < 180 < max(ras) <= 360
        assert person.matched() == matched_by_api(page, str(search.pk)) == found


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
