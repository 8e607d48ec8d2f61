"""How far a bundle has come: counts, bytes, rate, the time left, and the mark that changes with them."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from basket.models import Bundle, BundleFile
from basket.pace import Pace, Span, pace_of
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
    file = put(bundle, Status.WAITING, 100, phase=Phase.EXECUTING, started_at=timezone.now())
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
    recent_bytes=AMOUNT,
    recent_s=st.floats(0, 1e6),
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
        assert progress.rate * progress.recent_s == pytest.approx(progress.recent_bytes)


@given(MADE_UP)
def test_stored_and_read_again_it_is_the_same(progress: Progress) -> None:
    assert Progress.from_json(progress.as_json()) == progress


def test_what_was_stored_by_an_older_portal_is_read() -> None:
    assert Progress.from_json({"total": 3, "was_once_counted": 1}) == Progress(total=3)


@pytest.mark.parametrize(
    ("recent_s", "recent_bytes", "rate"),
    [(10, 1000, 100), (1.9, 1000, None), (10, 0, None), (0, 0, None)],
)
def test_a_rate_needs_time_and_bytes(recent_s: float, recent_bytes: int, rate: float | None) -> None:
    """What the store had cost no time, so it makes no rate."""
    assert Progress(recent_s=recent_s, recent_bytes=recent_bytes, from_store=10**9).rate == rate


def test_the_time_left_is_of_the_bytes_to_come() -> None:
    told = Progress(bytes_total=1000, bytes_given_up=200, from_archive=400, from_store=100)
    assert replace(told, recent_bytes=400, recent_s=4).left_s == pytest.approx(3)


@STORED
def test_the_rate_is_of_the_last_minute_and_of_what_came_in_it(bundle: Bundle) -> None:
    now = timezone.now()

    def came(size_bytes: int, start_s: float, end_s: float, **fields: Any) -> None:
        moments = {"started_at": now - timedelta(seconds=start_s), "ended_at": now - timedelta(seconds=end_s)}
        put(bundle, Status.OK, None, size_bytes=size_bytes, **(moments | fields))

    came(10**9, 3600, 3500)
    came(10**9, 20, 1, was_here=True)
    came(400, 40, 20)
    came(100, 30, 20)
    progress = progress_of(bundle, with_rate=True)
    assert (progress.recent_bytes, round(progress.recent_s)) == (500, 20)
    bundle.waits_for = "The portal's disk is full."
    assert progress_of(bundle, with_rate=True).rate is None, "a pause has no rate"


@STORED
def test_a_large_file_tells_the_rate_while_it_comes(bundle: Bundle) -> None:
    since, beat = timezone.now() - timedelta(seconds=10), timezone.now() - timedelta(seconds=2)
    file = put(bundle, Status.WAITING, 10_000, phase=Phase.EXECUTING, started_at=since)
    until = beat + timedelta(seconds=settings.LEASE_S)
    told = {"key": "k", "phase": "EXECUTING", "received_bytes": 800, "programme": "1", "lease_until": until}
    StoredFile.objects.create(data_uri=file.data_uri, **told)
    assert progress_of(bundle, with_rate=True).rate == pytest.approx(100, rel=0.01)


SPANS = st.lists(
    st.builds(
        lambda start, length, size: Span(start, start + length, size),
        st.floats(0, 1000),
        st.floats(0.001, 100),
        st.integers(0, 2**40),
    ),
    max_size=8,
)


@given(SPANS, st.floats(-10, 1200))
def test_a_pace_is_never_of_more_than_came_nor_of_more_time_than_passed(
    spans: list[Span], since_s: float
) -> None:
    pace = pace_of(spans, since_s)
    later = [span for span in spans if span.end_s > since_s]
    assert 0 <= pace.bytes <= sum(span.bytes for span in later) + len(later)
    assert 0 <= pace.busy_s <= sum(span.end_s - span.start_s for span in later) + 1e-6
    assert pace_of(reversed(spans), since_s).busy_s == pytest.approx(pace.busy_s)


def test_a_pause_is_not_counted_and_one_at_a_time_is_as_two() -> None:
    assert pace_of([Span(0, 10, 50), Span(110, 120, 50)]) == Pace(100, 20)
    assert pace_of([Span(0, 10, 50), Span(0, 10, 50), Span(2, 4, 5)]) == Pace(105, 10)
    assert pace_of([Span(0, 10, 100)], since_s=5) == Pace(50, 5)
    assert pace_of([]).rate is None
