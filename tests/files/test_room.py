"""How much the store may hold: counted with what is being fetched, said before anything is asked."""

import pytest

from mastportal.files import room, store
from mastportal.files.models import Phase, StoredFile
from mastportal.files.room import StoreFull, require, used_bytes

pytestmark = pytest.mark.django_db


def note(phase: Phase, size: int | None = None, listed: int | None = None) -> None:
    n = StoredFile.objects.count()
    StoredFile.objects.create(
        data_uri=f"mast:x/{n}", key=f"k{n}", phase=phase, size_bytes=size, listed_size_bytes=listed
    )


def test_an_empty_store_uses_nothing():
    assert used_bytes() == 0


@pytest.mark.parametrize(
    ("phase", "counts"),
    [(Phase.COMPLETED, True), (Phase.EXECUTING, True), (Phase.QUEUED, False), (Phase.ERROR, False)],
)
def test_what_is_stored_or_coming_counts(phase, counts):
    note(phase, 100)
    assert used_bytes() == (100 if counts else 0)


def test_what_is_coming_counts_as_listed_and_what_came_as_it_is():
    note(Phase.EXECUTING, None, 70)
    note(Phase.COMPLETED, 100, 90)
    note(Phase.EXECUTING)
    assert used_bytes() == 170


def test_the_last_byte_of_the_quota_may_be_used(settings):
    settings.STORE_QUOTA_BYTES = 100
    note(Phase.COMPLETED, 100)
    require(0)
    note(Phase.COMPLETED, 1)
    with pytest.raises(StoreFull, match="may hold"):
        require(0)


def test_no_quota_is_no_limit(settings):
    settings.STORE_QUOTA_BYTES = 0
    note(Phase.COMPLETED, 10**15)
    require(0)


def test_the_disk_keeps_some_room_for_others(settings):
    settings.STORE_QUOTA_BYTES = 0
    with pytest.raises(StoreFull, match="disk is full"):
        require(store.free_bytes() - room.SPARE_BYTES // 2)
