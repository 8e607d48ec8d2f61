"""Lists for aria2 and other tools: what stands in them, what never does, and that aria2 takes them."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket import lines
from basket.models import Basket, Bundle
from basket.pipeline.freezing import references_of
from basket.ways.lists import Listed, _aria2, list_of, list_of_bundle
from mastportal.files import fetching
from tests.archive import Sandbox
from tests.basket.make import only
from tests.basket.test_api import error

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = "mast:JWST/product/a b\n  out=/etc/passwd\r\thttp://evil/#x_cal.fits"


@pytest.fixture
def small(basket: Basket) -> Basket:
    return only(basket, "f.suffix=asn&f.calib_level=3")


def with_file(user: User, uri: str) -> Basket:
    basket = Basket.objects.create(name="One file", owner=user)
    lines.add_files(basket, [{"dataURI": uri}], user)
    return only(basket, "")


def test_aria2_fetches_and_checks_what_a_list_says(small: Basket, sandbox: Sandbox, tmp_path: Path) -> None:
    name, text = list_of(small, "aria2")
    uri = unquote(text.split("&uri=", 1)[1].split("\n", 1)[0])
    fetching.obtain(uri, user=None, programme="", release_mjd=None, size_bytes=None)
    name, text = list_of(small, "aria2")
    assert text.count("checksum=sha-256=") == 1, "known of the file that is in the store"
    (tmp_path / name).write_text(text)
    argv = [
        "aria2c",
        "--no-conf",
        f"--input-file={name}",
        "--split=1",
        "--quiet",
        "--console-log-level=error",
    ]
    subprocess.run(argv, cwd=tmp_path, check=True, timeout=60)
    places = [line.split("=", 1)[1] for line in text.splitlines() if line.startswith("  out=")]
    folders = [line.split("=", 1)[1] for line in text.splitlines() if line.startswith("  dir=")]
    uris = [unquote(line.split("&uri=", 1)[1]) for line in text.splitlines() if line.startswith("http")]
    assert uris
    for folder, place, listed in zip(folders, places, uris, strict=True):
        fetched = hashlib.sha256((tmp_path / folder / place).read_bytes()).hexdigest()
        assert fetched == hashlib.sha256(sandbox.body(listed)).hexdigest()


def test_the_portals_addresses_and_the_archives(api: APIClient, small: Basket) -> None:
    address = f"/api/v1/baskets/{small.pk}/list"
    archive = api.get(f"{address}?format=urls").content.decode().splitlines()
    assert archive
    assert all(line.startswith(f"{settings.ARCHIVE_URL}/api/v0.1/Download/file?") for line in archive)
    here = api.get(f"{address}?format=portal-urls")
    assert here.content == api.get(f"{address}?format=urls&from=portal").content
    assert b"--retry-wait=10 --max-tries=200" in api.get(f"{address}?format=aria2&from=portal").content
    first = here.content.decode().splitlines()[0]
    assert first.startswith("http://testserver/api/v1/products/download?uri=mast:")
    assert here["Content-Type"].startswith("text/plain")
    assert error(api.get(f"{address}?format=exe"))[2] == "format"
    assert error(api.get(f"{address}?from=elsewhere"))[2] == "from"


@pytest.mark.parametrize("form", ["aria2", "urls"])
def test_a_hostile_name_adds_no_line(form: str, alice: User) -> None:
    _, text = list_of(with_file(alice, HOSTILE), form)
    entries = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(entries) == (3 if form == "aria2" else 1)
    assert "/etc/passwd" not in "".join(line for line in entries if line.startswith(" "))
    assert all(c.isprintable() for c in "".join(entries))


def test_other_sites_are_left_out(alice: User) -> None:
    _, text = list_of(with_file(alice, "https://partner.example/x_cal.fits"), "urls")
    assert text == ""


def test_allowed_sites_are_left_out_where_a_header_would_reach_them(alice: User, settings: Any) -> None:
    """From the portal they come through the portal, which sends no token there."""
    settings.ALLOWED_DATA_HOSTS = ["partner.example"]
    basket = with_file(alice, "https://partner.example/x_cal.fits")
    assert list_of(basket, "urls")[1] == ""
    assert "other sites keep them: 1 of the files" in list_of(basket, "aria2")[1]
    _, here = list_of(basket, "urls", lambda uri: f"https://portal.example/?uri={uri}")
    assert here == "https://portal.example/?uri=https://partner.example/x_cal.fits\n"


def test_reference_files_are_in_no_list(alice: User, settings: Any) -> None:
    """The portal gives out single files only where the archive listed them."""
    settings.CRDS_URL = "https://crds.example/crds"
    bundle = Bundle.objects.create(owner=alice, name="b", folder="MAST_x")
    (file,) = references_of(bundle, ["jwst_nircam_dark_0338.fits"], 0)
    file.save()
    for address in (None, lambda uri: f"https://portal.example/?uri={uri}"):
        assert list_of_bundle(bundle, "urls", address)[1] == ""


def test_a_list_says_where_a_token_goes_and_has_none() -> None:
    text = "".join(
        _aria2("MAST_x", [Listed("https://a/b", "c/d.fits", "", needs_token=True)], from_portal=False)
    )
    assert "# under exclusive access" in text
    assert "YOUR_MAST_TOKEN" in text
    assert "  header=" not in text
