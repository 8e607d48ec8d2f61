"""Tasks whose message comes twice, late, or for nothing any more: nothing is doubled."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from basket import bundles, filling, tasks
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.files import fetching
from mastportal.files.models import StoredFile
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bundle(basket: Basket, alice: User) -> Bundle:
    return bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice)


def fill(bundle: Bundle, times: int = 1) -> None:
    for file_id in bundle.files.values_list("pk", flat=True):
        for _ in range(times):
            tasks.fill_file(file_id)


def state_of(bundle: Bundle) -> tuple[object, ...]:
    bundle.refresh_from_db()
    files = tuple(bundle.files.values_list("n", "path", "status", "phase", "attempts", "sha256"))
    return bundle.phase, bundle.etag, bundle.ended_at, files


def test_every_message_twice_makes_one_bundle(bundle: Bundle, sandbox: Sandbox) -> None:
    since = sandbox.mark()
    for _ in range(2):
        tasks.start_bundle(str(bundle.pk))
        tasks.go_on(str(bundle.pk))
    fill(bundle, times=2)
    bundle.refresh_from_db()
    assert bundle.phase == Phase.COMPLETED
    asked = [entry["uri"] for entry in sandbox.log(since) if entry["method"] == "GET" and entry["uri"]]
    assert len(asked) == len(set(asked)) == bundle.files.count() == StoredFile.objects.count()


def test_late_messages_change_nothing_of_a_complete_bundle(bundle: Bundle) -> None:
    before = state_of(completed(bundle))
    tasks.start_bundle(str(bundle.pk))
    tasks.go_on(str(bundle.pk))
    fill(bundle)
    tasks.sweep()
    assert state_of(bundle) == before


def test_what_was_found_here_is_not_written_over_what_came_meanwhile(bundle: Bundle) -> None:
    """Asking whether it is still the archive's takes long, and the sweep queues the rest."""
    before = state_of(completed(bundle))
    files = list(bundle.files.values_list("pk", "data_uri", "expected_bytes"))
    held = fetching.held(uri for _, uri, _ in files)
    assert filling._take(files, held) == 0
    assert state_of(bundle) == before
    assert not bundle.files.filter(was_here=True).exists()


def test_late_messages_do_not_wake_a_stopped_bundle(bundle: Bundle, sandbox: Sandbox) -> None:
    tasks.start_bundle(str(bundle.pk))
    tasks.go_on(str(bundle.pk))
    bundles.stop_or_remove(bundle)
    since, before = sandbox.mark(), state_of(bundle)
    tasks.go_on(str(bundle.pk))
    fill(bundle)
    tasks.sweep()
    assert state_of(bundle) == before
    assert not [entry for entry in sandbox.log(since) if entry["uri"]]


def test_messages_for_what_was_removed_do_no_harm(bundle: Bundle) -> None:
    tasks.start_bundle(str(bundle.pk))
    tasks.go_on(str(bundle.pk))
    (file_id, *_) = bundle.files.values_list("pk", flat=True)
    Bundle.objects.all().delete()
    for task, told in ((tasks.start_bundle, str(bundle.pk)), (tasks.go_on, str(uuid4()))):
        task(told)
    tasks.fill_file(file_id)
    assert not BundleFile.objects.exists()


def test_the_sweep_finishes_what_lost_its_last_message(bundle: Bundle) -> None:
    bundles.freeze(bundle.pk)
    bundle.files.update(status=Status.MISSING, phase=Phase.ERROR, error="gone")
    tasks.sweep()
    assert state_of(bundle)[0] == Phase.COMPLETED


def test_a_bundle_of_only_links_needs_no_worker_for_files(bundle: Bundle) -> None:
    bundles.freeze(bundle.pk)
    bundle.files.update(status=Status.REMOTE, phase=Phase.COMPLETED, error="elsewhere")
    tasks.go_on(str(bundle.pk))
    assert state_of(bundle)[0] == Phase.COMPLETED


def test_the_sweep_lets_expired_bundles_go_once(bundle: Bundle) -> None:
    completed(bundle)
    Bundle.objects.update(expires_at=timezone.now())
    tasks.sweep()
    bundle.refresh_from_db()
    assert (bundle.is_ready, bundle.phase) == (False, Phase.COMPLETED)
    assert bundle.manifest
    tasks.sweep()
    assert state_of(bundle)[0] == Phase.COMPLETED


def test_an_expired_bundle_is_made_again_from_its_own_list(bundle: Bundle, alice: User) -> None:
    completed(bundle)
    Bundle.objects.update(expires_at=timezone.now())
    bundles.expire()
    bundle.basket.delete()
    new = completed(bundles.again(Bundle.objects.get(pk=bundle.pk), alice))
    assert new.is_ready
    assert [f.path for f in new.files.all()] == [f.path for f in bundle.files.all()]
    assert set(new.files.values_list("was_here", flat=True)) == {True}


def test_a_waiting_bundle_is_given_out_once_a_while(bundle: Bundle) -> None:
    assert bundles.waiting() == [], "its own message may still be on its way"
    Bundle.objects.update(nudged_at=timezone.now() - timedelta(days=1))
    assert bundles.waiting() == [bundle.pk]
    assert bundles.waiting() == []
