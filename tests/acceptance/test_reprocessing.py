"""Products made anew between two requests and during one: bundles keep their bytes, no file is a mixture."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User

from mastportal.files import store
from mastportal.files.models import StoredFile
from tests.acceptance.journey import Journey, check_files, unpacked
from tests.archive import Sandbox
from tests.files.archive_products import observations, products
from tests.files.conftest import asked_for, obtain

FEW = "f.productSubGroupDescription=CAL&f.productSubGroupDescription=RATE&f.productSubGroupDescription=ASN"
PUBLIC = "f.obs_collection=JWST&not.calib_level=-1&f.dataRights=PUBLIC&sort=calib_level,obs_id"


@pytest.fixture
def basket(journey: Journey) -> int:
    """A few files of two public observations of programme 1073."""
    search = journey.search(collection="programs", programs="1073")
    basket = journey.basket(search, [row["obsid"] for row in journey.rows(search, PUBLIC)[:2]])
    journey.select(basket, preset="parents", filters=FEW)
    return basket


def reprocessed(sandbox: Sandbox, manifest: list[dict[str, Any]]) -> set[str]:
    """The first, the middle and the last file, made anew."""
    uris = {manifest[n]["uri"] for n in (0, len(manifest) // 2, -1)}
    for uri in uris:
        sandbox.replace(uri)
    return uris


def test_the_old_bundle_keeps_its_bytes_and_the_new_one_has_the_new(
    journey: Journey, basket: int, sandbox: Sandbox
) -> None:
    old = journey.bundle(basket)
    old_manifest, old_content = journey.manifest(old), journey.download(old)
    check_files(unpacked(old_content), old_manifest, sandbox)
    anew = reprocessed(sandbox, old_manifest)
    asked = journey.get(f"bundles/{old['id']}/changes?against=archive")
    assert {file["uri"] for file in asked["files"] if file["change"] == "reprocessed"} == anew

    new = journey.bundle(basket)
    new_manifest = journey.manifest(new)
    check_files(unpacked(journey.download(new)), new_manifest, sandbox)
    assert new["bytes"]["from_store"] > 0
    sums = {row["uri"]: row["sha256"] for row in old_manifest}
    assert {row["uri"] for row in new_manifest if row["sha256"] != sums[row["uri"]]} == anew

    assert journey.download(old) == old_content
    assert journey.manifest(old) == old_manifest
    assert set(StoredFile.objects.filter(data_uri__in=anew).values_list("version", flat=True)) == {1, 2}


def test_history_says_what_was_reprocessed(journey: Journey, basket: int, sandbox: Sandbox) -> None:
    old = journey.bundle(basket)
    anew = reprocessed(sandbox, journey.manifest(old))
    repeated = journey.api.post(f"/api/v1/bundles/{old['id']}/again")
    new = journey.finished(repeated["Location"])
    changes = journey.get(f"bundles/{new['id']}/changes")
    assert (changes["against"], changes["before"]) == ("before", old["id"])
    assert changes["counts"] == {
        "same": len(journey.manifest(old)) - len(anew),
        "reprocessed": len(anew),
        "new": 0,
        "gone": 0,
    }
    assert {file["uri"] for file in changes["files"]} == anew
    for file in changes["files"]:
        assert file["change"] == "reprocessed"
        assert file["changed"]["sha256"]["from"] != file["changed"]["sha256"]["to"]
        if file["uri"].endswith(".fits"):
            assert {"date", "cal_ver", "crds_ctx"} & file["changed"].keys()
    assert journey.get(f"bundles/{old['id']}/changes") == changes | {"against": "store", "before": None}
    for nonsense in (f"{old['id']}/changes?against=before", f"{old['id']}/changes?against=tomorrow"):
        assert journey.api.get(f"/api/v1/bundles/{nonsense}").status_code == 400


@pytest.fixture
def row(sandbox: Sandbox) -> dict[str, Any]:
    """A public FITS file of the last public observation of programme 1073, which no other test here uses."""
    found = observations(sandbox.url, obs_collection="JWST", dataRights="PUBLIC", proposal_id="1073")
    return next(
        each
        for each in products(sandbox.url, found[-1]["obsid"])
        if each["dataURI"].endswith("_cal.fits") or each["dataURI"].endswith("_i2d.fits")
    )


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_product_made_anew_while_it_comes_is_no_mixture(
    sandbox: Sandbox, row: dict[str, Any], place: str, alice: User
) -> None:
    """The connection breaks at that byte, and what is asked for next is another file of the same name."""
    old = sandbox.body(row["dataURI"])
    at = {"first": 1, "middle": len(old) // 2, "last": len(old) - 1}[place]
    sandbox.faults({"match": "Download/file", "fault": "reset", "after_bytes": at, "times": 1})
    calls: list[None] = []

    def replace_once() -> None:
        calls.append(None)
        if len(calls) == 2:  # the first call comes before the first byte
            sandbox.replace(row["dataURI"])

    since = sandbox.mark()
    file = obtain(row, alice, heartbeat=replace_once)
    content = b"".join(store.read(file, 0, file.size_bytes or 0))
    new = sandbox.body(row["dataURI"])
    assert content == new != old
    assert file.sha256 == hashlib.sha256(new).hexdigest()
    assert asked_for(sandbox, since, row["dataURI"])[:2] == ["GET", "GET"]
