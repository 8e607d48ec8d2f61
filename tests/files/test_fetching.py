"""Each product is fetched once, verified, in the version that the archive has."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mastportal.files import fetching, store
from mastportal.files.coming import Wish
from mastportal.files.fetching import Busy, StoreFull, held
from mastportal.files.lease import Lease
from mastportal.files.models import Access, StoredFile
from mastportal.mast.errors import NotFound, Refused, Unavailable
from mastportal.work import Phase
from tests.files.conftest import asked_for, obtain

pytestmark = pytest.mark.django_db


def content(file: StoredFile) -> bytes:
    return b"".join(store.read(file, 0, file.size_bytes))


def test_a_product_comes_into_the_store_as_the_archive_has_it(sandbox, public):
    file = obtain(public[0])
    assert content(file) == sandbox.body(file.data_uri)
    assert file.sha256 == hashlib.sha256(content(file)).hexdigest()
    assert (file.phase, file.access, file.version) == (Phase.COMPLETED, Access.PUBLIC, 1)
    assert file.etag
    assert file.last_modified is not None
    assert file.lease_token is file.lease_until is None


def test_the_second_person_costs_the_archive_nothing(sandbox, public, alice, bob):
    first = obtain(public[0], alice)
    mark = sandbox.mark()
    assert obtain(public[0], bob) == first
    assert asked_for(sandbox, mark, first.data_uri) == []


def test_one_get_and_no_head_brings_a_file(sandbox, public):
    mark = sandbox.mark()
    obtain(public[0])
    assert asked_for(sandbox, mark, public[0]["dataURI"]) == ["GET"]


def test_a_programme_too_long_to_be_one_is_none(public):
    joined = "_".join(["G011025"] * 9)
    file = obtain(public[0], programme=joined)
    assert (file.programme, file.scope) == ("", file.data_uri)
    assert fetching.row_for(public[1]["dataURI"], joined, None).pk != file.pk
    assert set(StoredFile.objects.values_list("programme", flat=True)) == {""}


def test_held_names_the_newest_stored_version_of_many(public):
    files = {row["dataURI"]: obtain(row) for row in public[:3]}
    assert held([*files, "mast:JWST/product/none.fits"]) == files
    assert held([]) == {}


def test_a_failed_product_leaves_nothing_but_its_reason(sandbox, public, store_dir):
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 404})
    with pytest.raises(NotFound):
        obtain(public[0])
    row = StoredFile.objects.get()
    assert (row.phase, row.lease_token) == (Phase.ERROR, None)
    assert row.error.startswith("The archive has no file")
    assert [path for path in store_dir.rglob("*") if path.is_file()] == []


def test_what_failed_may_be_tried_again_in_the_same_row(sandbox, public):
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 404, "times": 1})
    with pytest.raises(NotFound):
        obtain(public[0])
    assert obtain(public[0]).version == 1
    assert StoredFile.objects.count() == 1


def test_a_reprocessed_product_is_a_new_version_beside_the_old(sandbox, public):
    old, old_content = obtain(public[1]), sandbox.body(public[1]["dataURI"])
    sandbox.replace(old.data_uri)
    new = obtain(public[1], size_bytes=len(sandbox.body(old.data_uri)))
    assert new.version == 2
    assert content(new) == sandbox.body(old.data_uri)
    assert content(old) == old_content != content(new)
    assert held([old.data_uri]) == {old.data_uri: new}


def test_a_list_that_lags_behind_does_not_fetch_for_ever(sandbox, public):
    row = public[2]
    sandbox.replace(row["dataURI"])
    file = obtain(row)
    assert file.size_bytes != row["size"]
    mark = sandbox.mark()
    assert obtain(row) == file
    assert asked_for(sandbox, mark, row["dataURI"]) == []


def test_bytes_changed_on_disk_are_fetched_anew(sandbox, public):
    damaged = obtain(public[0])
    store.path_of(damaged.key).write_bytes(b"rot")
    again = obtain(public[0])
    assert again.version == 2
    assert content(again) == sandbox.body(again.data_uri)
    damaged.refresh_from_db()
    assert damaged.phase == Phase.ERROR


def test_one_that_was_removed_to_make_room_meanwhile_is_not_called_damaged(public):
    file = obtain(public[0])
    StoredFile.objects.update(phase=Phase.ABORTED)
    store.remove(file.key)
    assert not fetching._is_current(file, Wish(file.data_uri, None, "", None, None))
    file.refresh_from_db()
    assert (file.phase, file.error) == (Phase.ABORTED, "")


def test_one_who_looked_before_another_finished_fetches_nothing(sandbox, public):
    file, mark = obtain(public[0]), sandbox.mark()
    assert fetching._row_to_fill(file.data_uri, None) == file
    assert Lease.claim(file.pk) is None
    assert asked_for(sandbox, mark, file.data_uri) == []


def test_a_partner_site_is_not_asked(settings):
    with pytest.raises(NotFound, match="partner site"):
        fetching.obtain("http://127.0.0.1:9/x", user=None, programme="", release_mjd=None, size_bytes=None)


def test_a_file_that_another_worker_fetches_is_busy(public):
    lease = {"phase": Phase.EXECUTING, "lease_until": timezone.now() + timedelta(seconds=60)}
    StoredFile.objects.create(data_uri=public[0]["dataURI"], key="k", **lease)
    with pytest.raises(Busy) as caught:
        obtain(public[0])
    assert caught.value.retry_after_s > 0


def test_a_dead_workers_file_is_taken_over(public):
    lease = {"phase": Phase.EXECUTING, "lease_until": timezone.now() - timedelta(seconds=1)}
    StoredFile.objects.create(data_uri=public[0]["dataURI"], key="k", **lease)
    file = obtain(public[0])
    assert file.phase == Phase.COMPLETED
    assert file.key != "k"


def test_a_worker_that_lost_its_lease_keeps_nothing(public, store_dir, settings):
    settings.LEASE_S = 0.0  # every piece renews

    def taken_over():
        StoredFile.objects.update(lease_token=None)

    with pytest.raises(Busy):
        obtain(public[0], heartbeat=taken_over)
    assert [path for path in store_dir.rglob("*") if path.is_file()] == []


def test_the_quota_is_said_before_anything_is_asked(sandbox, public, settings):
    settings.STORE_QUOTA_BYTES = public[0]["size"] - 1
    mark = sandbox.mark()
    with pytest.raises(StoreFull, match="full"):
        obtain(public[0])
    assert asked_for(sandbox, mark, public[0]["dataURI"]) == []
    settings.STORE_QUOTA_BYTES = public[0]["size"]
    assert obtain(public[0]).phase == Phase.COMPLETED


def test_an_archive_that_is_down_is_said_and_the_row_is_free(sandbox, public):
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 500})
    with pytest.raises(Unavailable):
        obtain(public[0])
    sandbox.clear()
    assert obtain(public[0]).phase == Phase.COMPLETED


def test_exclusive_bytes_need_the_persons_own_token(
    sandbox, secret, alice_with_token, bob_with_token, charlie
):
    for person in (None, charlie, bob_with_token):
        with pytest.raises(Refused):
            obtain(secret[0], person)
    file = obtain(secret[0], alice_with_token)
    assert file.access == Access.RESTRICTED
    assert content(file) == sandbox.body(file.data_uri, "sandbox-token-alice")


def test_exclusive_bytes_in_the_store_are_not_handed_to_others(
    secret, alice_with_token, bob_with_token, charlie
):
    obtain(secret[0], alice_with_token)
    for person in (None, charlie, bob_with_token):
        with pytest.raises(Refused, match="exclusive"):
            obtain(secret[0], person)
    assert obtain(secret[0], alice_with_token).access == Access.RESTRICTED


def test_what_comes_by_a_token_only_is_public_in_no_version(secret, alice_with_token):
    uri = secret[0]["dataURI"]
    older = {"phase": Phase.COMPLETED, "access": Access.PUBLIC, "sha256": "0"}
    StoredFile.objects.create(data_uri=uri, key="gone", **older)
    assert obtain(secret[0], alice_with_token).version == 2
    assert set(StoredFile.objects.values_list("access", flat=True)) == {Access.RESTRICTED}


def test_the_archive_is_asked_without_the_token_first(sandbox, secret, public, alice_with_token):
    mark = sandbox.mark()
    obtain(secret[0], alice_with_token)
    obtain(public[0], alice_with_token)
    asked = [(entry["status"], entry["who"]) for entry in sandbox.log(mark) if entry["uri"]]
    assert asked == [(401, ""), (200, "alice"), (200, "")]


@pytest.mark.django_db(transaction=True)
def test_twenty_who_want_a_file_at_once_share_one_transfer(sandbox, public):
    sandbox.faults({"match": "Download/file", "fault": "slow", "bytes_per_s": public[0]["size"], "times": 1})
    mark, results = sandbox.mark(), []

    def want() -> None:
        try:
            results.append(obtain(public[0]).phase)
        except Busy:
            results.append("busy")
        finally:
            connection.close()

    threads = [threading.Thread(target=want) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [Phase.COMPLETED] + ["busy"] * 19
    assert asked_for(sandbox, mark, public[0]["dataURI"]) == ["GET"]
