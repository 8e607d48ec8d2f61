"""How much the store may hold: reserved before anything is asked, never overshot by several workers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ResearchGroup
from mastportal.files import room, store
from mastportal.files.models import Phase, StoredFile
from mastportal.files.room import StoreFull, never_fits, reserve, used_bytes

LONG_AGO = timezone.now() - timedelta(days=1)


def note(phase: Phase = Phase.EXECUTING, size: int | None = None, reserved: int = 0, **fields) -> int:
    """A row of the store as it is while it comes or after, by a worker that lives; its id."""
    n = StoredFile.objects.count()
    alive = {"lease_until": timezone.now() + timedelta(hours=1)}
    row = {"data_uri": f"mast:x/{n}", "key": f"{n:032x}", "phase": phase, "size_bytes": size}
    return StoredFile.objects.create(**row | alive | fields, reserved_bytes=reserved).pk


@pytest.fixture
def group(db) -> ResearchGroup:
    return ResearchGroup.objects.create(name="Dust", quota_bytes=100)


@pytest.fixture(autouse=True)
def _no_spare(settings):
    settings.STORE_SPARE_BYTES = 0


def test_an_empty_store_uses_nothing(db):
    assert used_bytes() == 0


@pytest.mark.parametrize(
    ("phase", "uses"),
    [(Phase.COMPLETED, 100), (Phase.EXECUTING, 70), (Phase.QUEUED, 0), (Phase.ERROR, 0), (Phase.ABORTED, 0)],
)
def test_what_is_stored_or_coming_counts(db, phase, uses):
    note(phase, 100, 70)
    assert used_bytes() == uses


def test_what_came_beyond_its_reservation_counts(db):
    note(reserved=10, received_bytes=30)
    assert used_bytes() == 30


def test_the_reservation_of_a_dead_worker_and_a_file_kept_elsewhere_take_nothing(db):
    note(reserved=50, lease_until=LONG_AGO)
    note(Phase.COMPLETED, 50, linked=True)
    assert used_bytes() == 0


def test_the_last_byte_of_the_quota_may_be_used(db, settings):
    settings.STORE_QUOTA_BYTES = 100
    note(Phase.COMPLETED, 60, last_used_at=timezone.now())
    reserve(first := note(), 40)
    assert used_bytes() == 100
    reserve(first, 40)
    with pytest.raises(StoreFull, match="may hold"):
        reserve(first, 41)
    with pytest.raises(StoreFull, match="may hold"):
        reserve(note(), 1)
    assert used_bytes() == 100


def test_a_groups_share_is_its_own(group, settings):
    settings.STORE_QUOTA_BYTES = 1000
    reserve(note(group=group), 90)
    with pytest.raises(StoreFull, match="“Dust”"):
        reserve(note(group=group), 11)
    reserve(note(), 900)
    assert (used_bytes(group.pk), used_bytes()) == (90, 990)


def test_no_quota_is_no_limit_but_the_disk(db, settings):
    settings.STORE_QUOTA_BYTES = 0
    note(Phase.COMPLETED, 10**15)
    reserve(note(), 0)
    free = store.free_bytes()
    with pytest.raises(StoreFull, match="disk is full"):
        reserve(note(), 2 * free)
    settings.STORE_SPARE_BYTES = 2 * free
    with pytest.raises(StoreFull, match="disk is full"):
        reserve(note(), 0)


def test_what_others_were_promised_is_not_free(db):
    free = store.free_bytes()
    reserve(note(), free // 2)
    with pytest.raises(StoreFull, match="disk is full"):
        reserve(note(), 3 * free // 4)


@pytest.mark.django_db(transaction=True)
def test_workers_together_do_not_overshoot(settings):
    settings.STORE_QUOTA_BYTES = 100
    ids = [note() for _ in range(8)]

    def try_one(file_id: int) -> bool:
        try:
            reserve(file_id, 30)
        except StoreFull:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_one, ids)) == 3
    assert used_bytes() == 90


def test_what_can_never_fit_is_told_beforehand(group, settings):
    settings.STORE_QUOTA_BYTES = 500
    assert never_fits(200, 100, group.pk) == never_fits(500, 500, None) == ""
    assert "its research group may keep" in never_fits(101, 101, group.pk)
    assert "the portal's store may hold" in never_fits(501, 0, None)
    settings.STORE_QUOTA_BYTES = 0
    assert "the portal's disk holds" in never_fits(10**18, 0, None)


@pytest.mark.parametrize("received", [0, 1, 10**9])
def test_a_file_of_unknown_size_is_ahead_of_what_came(received):
    assert room.with_margin(received) > received
