"""From the click on a filter to the repainted table, against the same browser showing it without scripts."""

import statistics

from playwright.sync_api import Page, sync_playwright

from tests.bench.measure import Figure, at_most, p95_s
from tests.bench.portal import portal
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
# The least a browser must do for the same: fetch the fragment, put it in place, paint.
_BARE = """async (address) => {
  const began = performance.now();
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  document.getElementById("table-view").outerHTML = await answer.text();
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


def _bare_s(page: Page, address: str) -> float:
    """The median of the same changes of the table, without the portal's scripts."""
    addresses = [address, f"{address}?f.dataproduct_type=image"] * (CLICKS // 2 + 2)
    return statistics.median([page.evaluate(_BARE, each) for each in addresses][4:])


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
        page = context.new_page()
        clicked = _clicked_s(page, running.url + path)
        reference_s = _bare_s(page, running.url + path)
        chromium.close()
    name = f"filter click to paint, {ROWS:,} rows"
    return [
        at_most(f"{name}: p50", statistics.median(clicked), reference_s, "s", 3),
        at_most(f"{name}: p95", p95_s(clicked), reference_s, "s", 4),
    ]
