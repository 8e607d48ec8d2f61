"""How far a bundle has come: counts, bytes, rate, the time left, and the mark that changes with them."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from basket.progress import Progress, progress_of
from mastportal.files.models import StoredFile

STORED = pytest.mark.django_db
NUMBERS = count()


@pytest.fixture
def bundle(alice: User) -> Bundle:
    """Under way for ten seconds."""
    started_at = timezone.now() - timedelta(seconds=10)
    return Bundle.objects.create(
        name="b", owner=alice, folder="MAST_x", phase=Phase.EXECUTING, started_at=started_at
    )


def put(bundle: Bundle, status: str, expected: int | None, **fields: Any) -> BundleFile:
    n = next(NUMBERS)
    phase = Phase.COMPLETED if status else Phase.PENDING
    named = {"n": n, "path": f"{n}.fits", "data_uri": f"mast:x/{n}.fits", "access": "PUBLIC", "phase": phase}
    return BundleFile.objects.create(
        bundle=bundle, status=status, expected_bytes=expected, **(named | fields)
    )


@STORED
def test_each_file_is_counted_once_under_what_became_of_it(bundle: Bundle) -> None:
    for status in Status.values:
        put(bundle, status, 10)
    progress = progress_of(bundle)
    assert (progress.total, progress.done, progress.failed) == (6, 1, 1)
    assert (progress.restricted, progress.missing, progress.remote) == (1, 1, 1)
    assert (progress.given_up, progress.waiting) == (3, 1)


@STORED
def test_nothing_yet_is_zero_of_everything(bundle: Bundle) -> None:
    progress = progress_of(bundle)
    assert (progress.total, progress.waiting, progress.bytes_wanted, progress.bytes_done) == (0, 0, 0, 0)
    assert progress.rate is None
    assert progress.left_s is None


@STORED
def test_true_sizes_go_before_listed_ones(bundle: Bundle) -> None:
    put(bundle, Status.OK, 10, size_bytes=12)
    put(bundle, Status.WAITING, 5)
    put(bundle, Status.WAITING, None)
    progress = progress_of(bundle)
    assert (progress.bytes_total, progress.bytes_done) == (17, 12)


@STORED
def test_bytes_elsewhere_or_given_up_are_not_waited_for(bundle: Bundle) -> None:
    put(bundle, Status.OK, 10)
    put(bundle, Status.REMOTE, 1000)
    put(bundle, Status.FAILED, 100)
    put(bundle, Status.RESTRICTED, 100)
    assert progress_of(bundle).bytes_wanted == 10


@STORED
def test_store_and_archive_are_told_apart(bundle: Bundle) -> None:
    put(bundle, Status.OK, 10, was_here=True)
    put(bundle, Status.OK, 30)
    progress = progress_of(bundle)
    assert (progress.from_store, progress.from_archive) == (10, 30)


@STORED
def test_bytes_under_way_count_as_they_come(bundle: Bundle) -> None:
    file = put(bundle, Status.WAITING, 100, phase=Phase.EXECUTING)
    StoredFile.objects.create(
        data_uri=file.data_uri, key="k", phase="EXECUTING", received_bytes=40, programme="1"
    )
    progress = progress_of(bundle)
    assert (progress.fetching, progress.bytes_done, progress.done) == (1, 40, 0)


@STORED
def test_another_bundles_files_do_not_count(bundle: Bundle, alice: User) -> None:
    other = Bundle.objects.create(name="o", owner=alice, folder="MAST_y")
    put(other, Status.OK, 10)
    assert progress_of(bundle).total == 0


@STORED
def test_a_complete_bundle_stays_as_it_was(bundle: Bundle) -> None:
    put(bundle, Status.OK, 10)
    bundle.summary = progress_of(bundle).as_json()
    BundleFile.objects.all().delete()
    assert progress_of(bundle).done == 1


@STORED
def test_a_stopped_bundle_no_longer_ages(bundle: Bundle) -> None:
    bundle.ended_at = bundle.started_at + timedelta(seconds=3)
    assert progress_of(bundle).elapsed_s == pytest.approx(3)


@STORED
@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.OK, "phase": Phase.COMPLETED},
        {"status": Status.FAILED},
        {"status": Status.RESTRICTED},
        {"status": Status.MISSING},
        {"phase": Phase.EXECUTING},
    ],
)
def test_the_mark_changes_with_every_files_fate(bundle: Bundle, change: dict[str, Any]) -> None:
    file = put(bundle, Status.WAITING, 10)
    before = progress_of(bundle).revision(bundle)
    assert progress_of(bundle).revision(bundle) == before, "time alone does not change it"
    BundleFile.objects.filter(pk=file.pk).update(**change)
    assert progress_of(bundle).revision(bundle) != before


@STORED
def test_the_mark_changes_with_the_phase(bundle: Bundle) -> None:
    marks = set()
    for phase in Phase.values:
        bundle.phase = phase
        marks.add(progress_of(bundle).revision(bundle))
    assert len(marks) == len(Phase.values)


AMOUNT = st.integers(0, 2**50)
MADE_UP = st.builds(
    Progress,
    total=st.integers(0, 1000),
    bytes_total=AMOUNT,
    bytes_given_up=AMOUNT,
    from_store=AMOUNT,
    from_archive=AMOUNT,
    elapsed_s=st.floats(0, 1e6),
)


@given(MADE_UP)
def test_done_is_never_more_than_wanted(progress: Progress) -> None:
    assert 0 <= progress.bytes_done <= progress.bytes_wanted


@given(MADE_UP)
def test_time_left_and_rate_agree(progress: Progress) -> None:
    if progress.rate is None:
        assert progress.left_s is None
    else:
        assert progress.left_s >= 0
        assert progress.rate * progress.elapsed_s == pytest.approx(progress.from_archive)


@given(MADE_UP)
def test_stored_and_read_again_it_is_the_same(progress: Progress) -> None:
    assert Progress.from_json(progress.as_json()) == progress


@pytest.mark.parametrize(
    ("elapsed_s", "from_archive", "rate"), [(10, 1000, 100), (1.9, 1000, None), (10, 0, None), (0, 0, None)]
)
def test_a_rate_needs_time_and_bytes(elapsed_s: float, from_archive: int, rate: float | None) -> None:
    """What the store had cost no time, so it makes no rate."""
    assert Progress(elapsed_s=elapsed_s, from_archive=from_archive, from_store=10**9).rate == rate


def test_the_time_left_is_of_the_bytes_to_come() -> None:
    progress = Progress(bytes_total=1000, bytes_given_up=200, from_archive=400, from_store=100, elapsed_s=4)
    assert progress.left_s == pytest.approx(3)
