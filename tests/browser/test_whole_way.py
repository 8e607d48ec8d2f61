"""From signing in to a verified zip, through every place a person passes, as they would go."""

import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.archive import Sandbox
from tests.browser.steps import Person
from tests.workers import Worker

pytestmark = pytest.mark.browser
SUM_AND_PATH = re.compile(r"<td>(mast:[^<]+)</td><td>([^<]+)</td>.*?<td class=\"sum\">([0-9a-f]{64})</td>")


@pytest.fixture
def person(
    page: Page, site: str, worker: Worker, sandbox: Sandbox, alice: User, shoot: Callable[[str], None]
) -> Person:
    page.set_default_timeout(20_000)
    return Person(page, site, shoot)


def search_by_target(person: Person) -> None:
    person.page.locator("#target").fill("m57 r=1m")
    person.shoot("search-target")
    person.search()
    expect(person.page.locator(".understood").first).to_contain_text("radius")
    person.shoot("results-target")
    everything = person.matched()
    person.filter("instrument_name", "NIRCAM/IMAGE")
    assert 0 < person.matched() < everything
    person.shoot("results-filtered")


def search_by_programme(person: Person) -> None:
    person.choose_collection("programs")
    person.page.locator("#programs").fill("1176")
    person.shoot("search-programme")
    person.search()
    assert {"VV-191", "VV191", "VV 191"} <= set(person.facet_values("target_name"))
    person.shoot("results-programme")
    person.filter("target_name", "VV191")


def search_by_keyword(person: Person) -> None:
    person.choose_collection("jwst-keywords")
    person.page.locator("#instrument").select_option("niriss")
    person.page.get_by_role("button", name="Advanced Search").click()
    person.page.locator('input[type=checkbox][name="c.exp_type"][value="NIS_WFSS"]').check()
    person.shoot("search-keywords-advanced")
    person.search()
    assert person.facet_values("exp_type") == ["NIS_WFSS"]
    person.shoot("results-keywords")
    person.filter("targprop", person.facet_values("targprop")[0])


def members_of(archive: Path) -> dict[str, str]:
    """The SHA-256 of each file in the zip but the manifests, by its path below the first folder."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        files = [name for name in opened.namelist() if name.count("/") > 1]
        return {name.split("/", 1)[1]: hashlib.sha256(opened.read(name)).hexdigest() for name in files}


def manifest_of(archive: Path) -> str:
    with zipfile.ZipFile(archive) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith("MANIFEST.HTML")]
        assert re.fullmatch(r"MAST_[\d_T-]+/MANIFEST\.HTML", name)
        return opened.read(name).decode()


def test_the_whole_way(
    person: Person, sandbox: Sandbox, tmp_path: Path, console: list[str], shoot: Callable[[str], None]
) -> None:
    person.sign_in()
    search_by_target(person)
    person.add_all("Ring nebula")
    person.see_products()
    person.shoot("basket")
    search_by_programme(person)
    person.add_all("Ring nebula")
    person.see_products()
    search_by_keyword(person)
    person.add_all("Ring nebula")
    person.see_products()
    person.page.get_by_role("button", name="Minimum recommended").click()
    expect(person.page.get_by_role("button", name="Minimum recommended")).to_have_attribute(
        "aria-pressed", "true"
    )
    person.shoot("basket-recommended")
    person.request_bundle()
    person.shoot("bundle-growing")
    archive = person.download(tmp_path)
    person.page.get_by_role("heading", name="MANIFEST.HTML").click()
    expect(person.page.frame_locator("iframe.manifest").get_by_text("Manifest for File")).to_be_visible()
    person.shoot("bundle-ready")
    members, manifest = members_of(archive), manifest_of(archive)
    listed = {path: (uri, sha256) for uri, path, sha256 in SUM_AND_PATH.findall(manifest)}
    assert members == {path: sha256 for path, (_, sha256) in listed.items()}
    assert len(members) > 3
    for uri, sha256 in list(listed.values())[:5]:
        assert hashlib.sha256(sandbox.body(uri)).hexdigest() == sha256
    assert not console, console
