"""A bundle without room pauses, says so, and goes on by itself; what fits nowhere is told at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import ResearchGroup
from basket import bundles, filling, tasks
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files import cleaning, needs
from mastportal.files.models import StoredFile
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, fill_all, only
from tests.people import client_of

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=9)


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path) -> None:
    settings.STORE_DIR, settings.STORE_SPARE_BYTES = tmp_path / "store", 0


@pytest.fixture
def bundle(basket: Basket, alice: User) -> Bundle:
    return bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice)


def started(bundle: Bundle) -> list[BundleFile]:
    """The frozen list, each file with the size the list tells."""
    assert bundles.freeze(bundle.pk)
    return list(bundle.files.order_by("n"))


def turn(bundle: Bundle) -> Bundle:
    """What one sweep does, in this process."""
    fill_all(filling.top_up(bundle.pk))
    bundle.refresh_from_db()
    return bundle


def use_up(bytes_: int, **fields) -> StoredFile:
    """A file that takes so much of the store and that nobody can remove."""
    now = {"last_used_at": timezone.now() + timedelta(days=1)}
    row = {"data_uri": "mast:x/huge", "key": "f" * 32, "phase": Phase.COMPLETED, "size_bytes": bytes_}
    return StoredFile.objects.create(**row | now | fields)


def test_it_pauses_and_goes_on(bundle: Bundle, settings, sandbox: Sandbox) -> None:
    files = started(bundle)
    settings.STORE_QUOTA_BYTES = 10**9
    huge = use_up(10**9 - files[0].expected_bytes - 1)
    since = sandbox.mark()
    paused = turn(bundle)
    assert "store is full" in paused.waits_for
    assert (paused.phase, filling.top_up(bundle.pk) != []) == (Phase.EXECUTING, True)
    waiting = bundle.files.filter(status=Status.WAITING)
    assert set(waiting.values_list("attempts", "error")) == {(0, "")}
    assert len([entry for entry in sandbox.log(since) if entry["uri"]]) < len(files)
    bundle.files.filter(phase=Phase.QUEUED).update(phase=Phase.PENDING)
    assert turn(bundle).waits_for
    assert client_of(bundle.owner).get(f"/api/v1/bundles/{bundle.pk}").json()["waits_for"] == paused.waits_for
    huge.delete()
    assert turn(bundle).waits_for == ""
    while bundle.files.filter(phase=Phase.PENDING).exists():
        turn(bundle)
    tasks.sweep()
    bundle.refresh_from_db()
    assert (bundle.is_ready, bundle.waits_for) == (True, "")
    assert set(bundle.files.values_list("status", "attempts")) == {(Status.OK, 1)}


def test_files_that_wait_try_in_turn(bundle: Bundle, settings) -> None:
    files = started(bundle)
    settings.STORE_QUOTA_BYTES = 1
    bundle.files.update(phase=Phase.PENDING)
    turn(bundle)
    tried = []
    for _ in files:
        (one,) = filling.top_up(bundle.pk)
        tried.append(one)
        fill_all([one])
    assert sorted(tried) == sorted(file.pk for file in files)


def test_what_nobody_needs_makes_room_before_anything_pauses(bundle: Bundle, settings, tmp_path) -> None:
    settings.STORE_QUOTA_BYTES = 10**9
    huge = use_up(10**9 - 1, last_used_at=LONG_AGO)
    assert completed(bundle).is_ready
    huge.refresh_from_db()
    assert (huge.phase, huge.error) == (Phase.ABORTED, cleaning.REMOVED)


def test_a_live_bundles_files_stay_until_it_expires(bundle: Bundle) -> None:
    completed(bundle)
    StoredFile.objects.update(last_used_at=LONG_AGO)
    assert cleaning.make_room(1) == 0
    Bundle.objects.update(expires_at=LONG_AGO)
    bundles.expire()
    assert cleaning.make_room(1) > 0


def test_a_stopped_bundle_keeps_nothing(bundle: Bundle) -> None:
    started(bundle)
    turn(bundle)
    StoredFile.objects.update(last_used_at=LONG_AGO)
    assert cleaning.make_room(1) == 0, "it is under way"
    bundles.stop_or_remove(bundle)
    assert cleaning.make_room(1) > 0


def test_what_a_bundle_under_way_has_yet_to_take_stays(bundle: Bundle) -> None:
    file = started(bundle)[0]
    stored = use_up(5, data_uri=file.data_uri, last_used_at=LONG_AGO)
    assert needs.is_needed(stored)
    assert cleaning.make_room(1) == 0


def test_one_that_fits_nowhere_says_so_at_once(bundle: Bundle, settings, sandbox: Sandbox) -> None:
    settings.STORE_QUOTA_BYTES = 100
    bundles.freeze(bundle.pk)
    since = sandbox.mark()
    tasks.go_on(str(bundle.pk))
    bundle.refresh_from_db()
    assert bundle.phase == Phase.ERROR
    assert "the portal's store may hold 0.0001 MB at most" in bundle.notes[-1]
    assert set(bundle.files.values_list("status", flat=True)) == {Status.FAILED}
    assert not [entry for entry in sandbox.log(since) if entry["uri"]]


def test_one_larger_than_its_groups_share_says_so(bundle: Bundle, alice: User) -> None:
    ResearchGroup.objects.update(quota_bytes=100)
    bundles.freeze(bundle.pk)
    tasks.go_on(str(bundle.pk))
    bundle.refresh_from_db()
    assert "research group may keep" in bundle.notes[-1]


def test_what_another_group_has_stored_counts_for_that_group(bundle: Bundle, basket: Basket) -> None:
    other = ResearchGroup.objects.create(name="Another", quota_bytes=0)
    assert completed(bundle).is_ready
    StoredFile.objects.update(group=other)
    ResearchGroup.objects.filter(name="Demo group").update(quota_bytes=100)
    assert completed(bundle_of(basket, bundle.owner)).is_ready


def test_files_count_for_the_group_that_asked_first(bundle: Bundle, basket: Basket) -> None:
    completed(bundle)
    assert set(StoredFile.objects.values_list("group__name", flat=True)) == {"Demo group"}
