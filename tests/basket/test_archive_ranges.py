"""Any byte range of a layout equals the slice of the whole; changed files are caught while they stream."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.archive import MemberChanged, plan_tar, plan_zip
from tests.basket.archive_cases import Shelf, mixed_entries, whole

SHELF = Shelf()
ENTRIES = mixed_entries(SHELF)
LAYOUTS = [(layout, whole(layout, SHELF)) for layout in (plan_zip(ENTRIES), plan_tar(ENTRIES))]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(LAYOUTS), st.data())
def test_every_range_is_the_slice_of_the_whole(pair, data):
    layout, body = pair
    start = data.draw(st.integers(0, layout.size))
    stop = data.draw(st.integers(start, layout.size))
    assert b"".join(layout.read(start, stop, SHELF.read)) == body[start:stop]


def test_cut_and_resumed_a_hundred_times_it_is_the_same_bytes():
    rng = random.Random(4)
    for layout, body in LAYOUTS:
        cuts = sorted(rng.sample(range(layout.size), 100))
        edges = zip([0, *cuts], [*cuts, layout.size], strict=True)
        assert b"".join(b"".join(layout.read(*edge, SHELF.read)) for edge in edges) == body


def test_a_range_past_the_end_stops_there():
    layout, body = LAYOUTS[0]
    assert b"".join(layout.read(layout.size - 5, layout.size + 99, SHELF.read)) == body[-5:]
    assert list(layout.read(layout.size, layout.size + 1, SHELF.read)) == []


def test_a_range_reads_only_the_files_it_touches():
    shelf = Shelf()
    layout = plan_zip([shelf.put(f"{n}.fits", bytes(1000)) for n in range(50)])
    start = whole(layout, shelf).index(b"30.fits")
    shelf.asked.clear()
    list(layout.read(start + 500, start + 600, shelf.read))
    assert [key for key, _, _ in shelf.asked] == ["key-30"] == list(layout.keys(start + 500, start + 600))


def test_a_changed_member_breaks_off_before_its_last_byte():
    shelf = Shelf()
    layout = plan_zip([shelf.put("a.fits", bytes(200_000))])
    shelf.contents["key-0"] = bytes(199_999) + b"!"
    sent: list[bytes] = []
    with pytest.raises(MemberChanged, match="content"):
        sent.extend(layout.read(0, layout.size, shelf.read))
    assert 100_000 < sum(map(len, sent)) < 200_000


@pytest.mark.parametrize("content", [bytes(199_000), b""])
def test_a_member_that_became_shorter_breaks_off(content):
    shelf = Shelf()
    layout = plan_tar([shelf.put("a.fits", bytes(200_000))])
    shelf.contents["key-0"] = content
    with pytest.raises(MemberChanged, match="size"):
        whole(layout, shelf)


def test_a_part_of_such_a_member_breaks_off_too():
    shelf = Shelf()
    layout = plan_zip([shelf.put("a.fits", bytes(2000))])
    shelf.contents["key-0"] = bytes(1000)
    with pytest.raises(MemberChanged):
        list(layout.read(500, 1900, shelf.read))
