"""From the click on a filter to the repainted table in Chromium, against the fragment alone by HTTP."""

import statistics

from playwright.sync_api import Page, sync_playwright

from tests.bench.measure import Figure, at_most, durations_s, p95_s
from tests.bench.portal import Portal, portal
from tests.browser.conftest import flags, program

ROWS = 100_000
CLICKS = 24
# The click, and then the first frame that shows other counts: two frames after the swap have been painted.
_CLICK = """async (link) => {
  const began = performance.now();
  const arrived = new Promise((done) => document.addEventListener("htmx:afterSettle", done, { once: true }));
  link.click();
  await arrived;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return (performance.now() - began) / 1000;
}"""
_FACET = '[data-facet="dataproduct_type"] .facet-list li:first-child a:first-child'


def _clicked_s(page: Page, address: str) -> list[float]:
    """Seconds of each click: the filter on, off, on, …"""
    page.goto(address)
    page.wait_for_selector(_FACET)
    found = [page.eval_on_selector(_FACET, _CLICK) for _ in range(CLICKS + 4)]
    return found[4:]


def _fragment_s(running: Portal, path: str, value: str) -> float:
    browser = running.browser()
    addresses = [path, f"{path}?f.dataproduct_type={value}"]

    def both() -> None:
        for address in addresses:
            browser.get(address, headers={"HX-Request": "true"}).raise_for_status()

    return statistics.median(durations_s(both, times=12, warm=2)) / 2


def run() -> list[Figure]:
    """Seconds from click to paint: half of them, and 95 % of them."""
    with portal(f"--scale {ROWS}") as running, sync_playwright() as play:
        found = running.search(
            {"collection": "observations", "criteria": {"obs_collection": ["JWST", "HST"]}}
        )
        path = f"/results/{found['id']}/"
        chromium = play.chromium.launch(executable_path=program(), args=flags())
        context = chromium.new_context(viewport={"width": 1280, "height": 720})
        cookie = running.browser().cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": running.url}])
        clicked = _clicked_s(context.new_page(), running.url + path)
        chromium.close()
        reference_s = _fragment_s(running, path, "image")
    name = f"filter click to paint, {ROWS:,} rows"
    return [
        at_most(f"{name}: p50", statistics.median(clicked), reference_s, "s", 4),
        at_most(f"{name}: p95", p95_s(clicked), reference_s, "s", 6),
    ]
