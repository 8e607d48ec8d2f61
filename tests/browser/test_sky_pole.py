"""Footprints across RA 0 and around a pole: drawn where they are, pointed at and chosen by a box."""

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.places import sign_in
from tests.browser.plotted import kept_result
from tests.browser.sky_pane import PATIENCE_MS, Sky, matched_by_api, regions_of
from tests.browser.steps import ROWS, Person

pytestmark = pytest.mark.browser
POLAR_FOV = 4.0
# Around the view's middle at RA 0, Dec 89: corners of what crosses RA 0 and of what goes round the pole.
ACROSS = [(350.0, 88.8), (10.0, 88.8), (10.0, 89.2), (350.0, 89.2)]
POLE = [(45.0, 89.8), (135.0, 89.8), (225.0, 89.8), (315.0, 89.8)]
RING = (90.0, 89.0, 0.15)
INK_AROUND = """(canvas, places) => places.map(([x, y]) => {
  const scale = canvas.width / canvas.clientWidth;
  const corner = [x, y].map((at) => Math.round(at * scale) - 2);
  const found = canvas.getContext("2d").getImageData(...corner, 5, 5).data;
  return Math.max(...found.filter((_, at) => at % 4 === 3));
})"""


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
