"""While the archive is left alone a bundle pauses and says so, loses no attempts, and goes on by itself."""

import pytest
from django.contrib.auth.models import User

from accounts import archive
from basket import filling
from basket.models import Basket, Bundle
from basket.phases import Phase, Status
from mastportal.health import _archive
from mastportal.mast.traffic import Kind, nobody_waits
from mastportal.search import products
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import bundle_of, fill_all, only
from tests.basket.test_pausing import started, turn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path) -> None:
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = tmp_path / "store", 0
    settings.HOST_FAILURES, settings.HOST_REST_S = 1, 1000


@pytest.fixture
def bundle(basket: Basket, alice: User) -> Bundle:
    return bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice)


def silenced(sandbox: Sandbox, match: str) -> None:
    sandbox.faults({"match": match, "times": 99, "fault": "status", "status": 503})


def test_a_bundle_pauses_and_goes_on(bundle: Bundle, settings, sandbox: Sandbox) -> None:
    started(bundle)
    silenced(sandbox, "Download")
    since = sandbox.mark()
    paused = turn(bundle)
    assert "does not send files at the moment" in paused.waits_for
    assert set(bundle.files.values_list("status", "attempts", "error")) == {(Status.WAITING, 0, "")}
    assert len([entry for entry in sandbox.log(since) if entry["uri"]]) == 1
    assert _archive().startswith("left alone for")
    sandbox.clear()
    settings.HOST_REST_S = 0
    bundle.files.filter(phase=Phase.QUEUED).update(phase=Phase.PENDING)
    assert turn(bundle).waits_for == ""
    while bundle.files.filter(phase=Phase.PENDING).exists():
        turn(bundle)
    assert set(bundle.files.values_list("status", "attempts")) == {(Status.OK, 1)}
    assert archive.status()["rests_for_s"] == 0


def test_a_file_that_finds_no_connection_free_stays_in_the_queue(bundle: Bundle, settings) -> None:
    started(bundle)
    settings.HOST_TRANSFERS, settings.STALL_S = 1, 0
    asked = archive.archive()
    [file_id, *_] = filling.top_up(bundle.pk)
    with asked.gate.exchange(asked.origin[1], Kind.BYTES, "x", patience_s=1, beat=nobody_waits):
        found = filling.fill(file_id)
    assert found.again_after_s
    file = bundle.files.get(pk=file_id)
    assert (file.phase, file.attempts, bundle.waits_for) == (Phase.QUEUED, 0, "")
    fill_all([file_id])


def test_one_that_answers_nothing_for_too_long_is_given_up_file_by_file(
    bundle: Bundle, settings, sandbox: Sandbox
) -> None:
    settings.ARCHIVE_PATIENCE_S, settings.HOST_REST_S = -1, 0
    started(bundle)
    silenced(sandbox, "Download")
    while bundle.files.filter(phase=Phase.PENDING).exists():
        turn(bundle)
    ended = set(bundle.files.values_list("status", "attempts", "error"))
    assert {(status, attempts) for status, attempts, _ in ended} == {(Status.FAILED, 1)}
    assert all("(answer 503); it may later" in error for _, _, error in ended)


def test_a_file_for_which_a_long_wait_is_asked_is_tried_again_then_and_ends_nobody_elses_turn(
    bundle: Bundle, settings, sandbox: Sandbox
) -> None:
    settings.HOST_FAILURES = 5
    started(bundle)
    [file_id, *_] = filling.top_up(bundle.pk)
    sandbox.faults({"match": "Download", "fault": "status", "status": 503, "retry_after_s": 600})
    assert filling.fill(file_id).again_after_s == 600
    assert file_id not in filling.overdue()
    filling.fill(file_id)
    file = bundle.files.get(pk=file_id)
    assert (file.status, bundle.waits_for) == (Status.FAILED, "")
    assert file.error.endswith("(answer 503).")


@pytest.mark.usefixtures("db")
def test_a_product_list_waits_in_the_queue(settings, sandbox: Sandbox) -> None:
    silenced(sandbox, "invoke")
    [list_id] = products.want(["1"])
    for _ in range(2):
        products.harvest(list_id)
        row = ProductList.objects.get(pk=list_id)
        assert (row.phase, row.attempts, row.error) == (Phase.QUEUED, 0, "")
    sandbox.clear()
    settings.HOST_REST_S = 0
    products.harvest(list_id)
    assert ProductList.objects.get(pk=list_id).phase == Phase.COMPLETED
