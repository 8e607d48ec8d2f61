"""From a basket to a verified archive: each file once, nothing secret, whatever happens to the workers."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from basket.models import BundleFile
from mastportal.embedded.state import CHECKOUT
from mastportal.files.models import StoredFile
from tests.acceptance.journey import Journey, bodies_fetched, check_files, unpacked
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.sandbox.asking import Asking
from tests.waiting import wait_until
from tests.workers import Worker

PUBLIC = "f.obs_collection=JWST&not.calib_level=-1&f.dataRights=PUBLIC&sort=calib_level,obs_id"
EXCLUSIVE = "f.obs_collection=JWST&not.calib_level=-1&f.dataRights=EXCLUSIVE_ACCESS&sort=calib_level,obs_id"
# Enough to see what becomes of them.
FEW = "f.productSubGroupDescription=CAL&f.productSubGroupDescription=I2D&f.productSubGroupDescription=ASN"


@pytest.fixture
def direct(sandbox: Sandbox) -> Iterator[Asking]:
    asking = Asking(sandbox.url)
    yield asking
    asking.http.close()


def basket_of_public(journey: Journey, count: int) -> int:
    """The first so many public observations of programme 1073, single exposures most of them."""
    search = journey.search(collection="programs", programs="1073")
    obsids = [row["obsid"] for row in journey.rows(search, PUBLIC)[:count]]
    assert len(obsids) == count
    return journey.basket(search, obsids)


def test_twenty_observations_become_a_zip(journey: Journey, sandbox: Sandbox, tmp_path: Path) -> None:
    basket, since = basket_of_public(journey, 20), sandbox.mark()
    bundle = journey.bundle(basket)
    manifest = journey.manifest(bundle)
    fetched = Counter(bodies_fetched(sandbox, since))
    assert fetched == {row["uri"]: 1 for row in manifest}
    assert {row["status"] for row in manifest} == {"OK"}
    content = journey.download(bundle)
    assert len(bodies_fetched(sandbox, since)) == len(manifest)
    check_files(unpacked(content), manifest, sandbox)
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    for reader in (["unzip", "-tq"], ["bsdtar", "-xOf"]):
        subprocess.run([*reader, path], check=True, stdout=subprocess.DEVNULL)


def test_a_second_persons_bundle_fetches_nothing(
    journey: Journey, bobs_journey: Journey, sandbox: Sandbox
) -> None:
    hers = journey.bundle(basket_of_public(journey, 4))
    since = sandbox.mark()
    his = bobs_journey.bundle(basket_of_public(bobs_journey, 4))
    content = bobs_journey.download(his)
    assert bodies_fetched(sandbox, since) == []
    assert (his["bytes"]["from_archive"], his["bytes"]["from_store"]) == (0, his["bytes"]["total"])
    assert [row["sha256"] for row in bobs_journey.manifest(his)] == [
        row["sha256"] for row in journey.manifest(hers)
    ]
    check_files(unpacked(content), bobs_journey.manifest(his), sandbox)


def exclusive_programme(sandbox: Sandbox, direct: Asking, token: str) -> str:
    """A programme with executed exclusive JWST observations that this token opens."""
    known = next(each["programs"] for each in sandbox.tokens() if each["token"] == token)
    for programme in known:
        rows = direct.observations("obsid,calib_level,dataRights", proposal_id=programme)
        if any(row["calib_level"] > 0 and row["dataRights"] == "EXCLUSIVE_ACCESS" for row in rows):
            return programme
    raise AssertionError(f"the sandbox has no exclusive data for {token}")


@pytest.fixture
def mixed(journey: Journey, sandbox: Sandbox, direct: Asking) -> dict[str, Any]:
    """Alice's bundle of three programmes: a public one, one her token opens, one it does not."""
    stored = journey.api.put("/api/v1/me/mast-token", {"token": ALICE_TOKEN}, format="json")
    assert stored.status_code in {200, 201}, stored.content
    basket = basket_of_public(journey, 1)
    for token in (ALICE_TOKEN, BOB_TOKEN):
        programme = exclusive_programme(sandbox, direct, token)
        search = journey.search(collection="programs", programs=programme)
        rows = journey.rows(search, EXCLUSIVE)
        journey.add(basket, search, [rows[0]["obsid"]])
    journey.select(basket, preset="parents", filters=FEW)
    return journey.bundle(basket) | {"foreign": programme, "pi": rows[0]["proposal_pi"]}


def test_what_a_token_does_not_open_is_listed_with_its_reason(
    journey: Journey, mixed: dict[str, Any], direct: Asking, sandbox: Sandbox
) -> None:
    manifest = journey.manifest(mixed)
    allowed = {row["uri"] for row in manifest if direct.file(row["uri"], "HEAD", ALICE_TOKEN).is_success}
    refused = [row for row in manifest if row["status"] == "RESTRICTED"]
    assert {row["uri"] for row in manifest if row["status"] == "OK"} == allowed
    assert {row["uri"] for row in refused} == {row["uri"] for row in manifest} - allowed
    assert refused
    assert all(mixed["foreign"] in row["reason"] and mixed["pi"] in row["reason"] for row in refused)
    files = unpacked(journey.download(mixed))
    check_files(files, manifest, sandbox, ALICE_TOKEN)
    page = files["MANIFEST.HTML"].decode()
    assert all(row["uri"] in page and row["path"] in page for row in manifest)
    assert page.count(f"<td>RESTRICTED</td><td>Programme {mixed['foreign']} is") == len(refused)
    assert ALICE_TOKEN not in page


def test_his_own_token_opens_what_hers_did_not(
    bobs_journey: Journey, journey: Journey, mixed: dict[str, Any], sandbox: Sandbox
) -> None:
    """And hers are closed to him, though they lie in the portal's store."""
    bobs_journey.api.put("/api/v1/me/mast-token", {"token": BOB_TOKEN}, format="json")
    hers = {row["uri"]: row["status"] for row in journey.manifest(mixed) if row["access"] == "RESTRICTED"}
    assert StoredFile.objects.filter(data_uri__in=hers, access="RESTRICTED").exists()
    search = bobs_journey.search(collection="programs", programs=mixed["foreign"])
    rows = bobs_journey.rows(search, EXCLUSIVE)
    basket = bobs_journey.basket(search, [rows[0]["obsid"]])
    bobs_journey.select(basket, preset="parents", filters=FEW)
    manifest = bobs_journey.manifest(bobs_journey.bundle(basket))
    assert {row["status"] for row in manifest} == {"OK"}
    assert {uri for uri, status in hers.items() if status == "RESTRICTED"} <= {row["uri"] for row in manifest}


def test_a_bundle_survives_the_death_of_its_workers(
    journey: Journey, worker: Worker, beat: None, sandbox: Sandbox
) -> None:
    basket = basket_of_public(journey, 6)
    sandbox.faults({"match": "Download/file", "fault": "slow", "bytes_per_s": 60_000})
    address = journey.request_bundle(basket)
    wait_until(lambda: journey.api.get(address).json()["files"]["done"] >= 2)
    worker.kill()
    under_way = set(BundleFile.objects.filter(phase="EXECUTING").values_list("data_uri", flat=True))
    assert journey.api.get(address).json()["phase"] == "EXECUTING"
    done = set(StoredFile.objects.filter(phase="COMPLETED").values_list("data_uri", flat=True))
    sandbox.clear()
    since = sandbox.mark()
    worker.start()
    bundle = journey.finished(address)
    assert bundle["phase"] == "COMPLETED"
    again = Counter(bodies_fetched(sandbox, since))
    manifest = journey.manifest(bundle)
    assert {row["status"] for row in manifest} == {"OK"}
    assert again == {row["uri"]: 1 for row in manifest if row["uri"] not in done}
    assert under_way - done
    check_files(unpacked(journey.download(bundle)), manifest, sandbox)


@pytest.fixture
def beat(worker: Worker, tmp_path: Path) -> Iterator[None]:
    """Celery's own clock, which notices the work of dead workers."""
    command = [sys.executable, "-m", "celery", "-A", "mastportal", "--quiet", "beat", "-l", "WARNING"]
    with (tmp_path / "beat.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-s", tmp_path / "schedule", "--pidfile="], cwd=CHECKOUT, stdout=log, stderr=log
        )
    yield
    process.terminate()
    process.wait(20)
