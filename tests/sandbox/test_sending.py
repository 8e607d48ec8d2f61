"""Pieces at a pace and cut short."""

import time

import pytest

from mastportal.sandbox.sending import cut, paced

PIECES = (b"abcd", b"", b"efgh", b"ij")


@pytest.mark.parametrize("length", range(12))
def test_cut(length: int) -> None:
    assert b"".join(cut(PIECES, length)) == b"abcdefghij"[:length]


@pytest.mark.parametrize("after", [0, 3, 4, 9, 50])
def test_pace_changes_no_byte(after: int) -> None:
    assert b"".join(paced(PIECES, 10_000, after)) == b"abcdefghij"


def test_pace_is_kept() -> None:
    begun = time.monotonic()
    list(paced([bytes(300)], 1000))
    assert 0.29 <= time.monotonic() - begun < 2


def test_the_first_bytes_pass_freely() -> None:
    begun = time.monotonic()
    first = next(iter(paced([bytes(10_000)], 1, after=9_000)))
    assert len(first) == 9_000
    assert time.monotonic() - begun < 0.2
