"""A stored layout read in parts: the same archive, little of the layout, and never from another thread."""

import threading

import pytest

from basket.archive import Entry, Layout, MemberChanged, plan_tar, plan_zip
from basket.layout_builder import BATCH_SEGMENTS, LayoutBuilder
from tests.basket.archive_cases import MTIME, Shelf, mixed_entries, whole, zeros


class Parts:
    """Hands out parts of stored bytes and notes which, and whether another thread asked."""

    def __init__(self, stored: bytes) -> None:
        self.stored, self.bytes_read, self.strangers = stored, 0, 0

    def read(self, start: int, stop: int) -> bytes:
        self.strangers += threading.current_thread() is not threading.main_thread()
        self.bytes_read += stop - start
        return self.stored[start:stop]

    def layout(self) -> Layout:
        return Layout.in_parts(len(self.stored), "etag", self.read)


@pytest.mark.parametrize("plan", [plan_zip, plan_tar])
def test_it_is_the_same_archive(plan) -> None:
    shelf = Shelf()
    planned = plan(mixed_entries(shelf))
    in_parts = Parts(planned.to_bytes()).layout()
    assert (in_parts.size, in_parts.etag) == (planned.size, "etag")
    assert whole(in_parts, shelf) == whole(planned, shelf)


def test_a_range_reads_little_of_it_and_in_the_thread_that_asked() -> None:
    entries = [Entry(f"MAST_x/o{n}/f{n}.fits", 1_000_000, n, "", MTIME, f"{n:064x}") for n in range(20_000)]
    parts = Parts(plan_zip([Entry.literal("M", bytes(8 << 20), MTIME), *entries]).to_bytes())
    layout = parts.layout()
    start = layout.size - 10_000_000_000
    assert len(b"".join(layout.read(start, start + 1000, zeros))) == 1000
    assert len(list(layout.keys(start, start + 1000))) == 1
    assert parts.bytes_read < len(parts.stored) / 4
    assert parts.strangers == 0


def test_a_footer_longer_than_the_part_read_first_is_read_whole() -> None:
    """A layout of very many batches."""
    builder, one = LayoutBuilder(), Entry("a", 1, 0, "", MTIME, "key")
    for _ in range(300 * BATCH_SEGMENTS):
        builder.member(one)
    parts = Parts(builder.finish().to_bytes())
    layout = parts.layout()
    assert list(layout.keys(layout.size - 4, layout.size)) == ["key"] * 4
    assert parts.strangers == 0


def test_what_is_no_layout_is_said_so() -> None:
    for stored in (b"", b"not a layout", bytes(100_000)):
        with pytest.raises(ValueError):
            Parts(stored).layout()


def test_one_that_went_while_it_was_read_breaks_off() -> None:
    def gone(start: int, stop: int) -> bytes:
        if stop < len(stored):
            raise MemberChanged("gone")
        return stored[start:stop]

    shelf = Shelf()
    stored = plan_zip([shelf.put("a", bytes(10_000)), *mixed_entries(shelf)] * 200).to_bytes()
    layout = Layout.in_parts(len(stored), "etag", gone)
    with pytest.raises(MemberChanged):
        whole(layout, shelf)
