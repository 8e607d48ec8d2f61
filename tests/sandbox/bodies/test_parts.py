"""Reading stretches of files."""

import pytest

from mastportal.sandbox.bodies.checksum import sum32
from mastportal.sandbox.bodies.parts import Body, Part, Plain, Repeated

BLOCK = bytes(range(252))
REPEATED = Repeated(BLOCK, 10_000)
WHOLE = (BLOCK * 40)[:10_000] + bytes(-10_000 % 2880)


def test_repeated_data_are_padded_to_a_whole_block() -> None:
    assert REPEATED.size == len(WHOLE) == 11520


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 11520),
        (0, 1),
        (251, 253),
        (1000, 5000),
        (9_990, 10_010),
        (10_000, 11_520),
        (11_519, 99_999),
        (5, 5),
    ],
)
def test_any_range_of_repeated_data(start: int, stop: int) -> None:
    assert REPEATED.read(start, stop) == WHOLE[start:stop]


def test_the_sum_of_repeated_data() -> None:
    assert REPEATED.checksum == sum32(WHOLE)


@pytest.mark.parametrize("length", [252, 253, 504, 5000, 2880])
def test_the_sum_of_any_length(length: int) -> None:
    assert Repeated(BLOCK, length).checksum == sum32((BLOCK * 40)[:length].ljust(-(-length // 4) * 4, b"\0"))


@pytest.mark.parametrize(("start", "stop"), [(0, 30), (2, 5), (4, 9), (9, 40), (12, 12), (29, 31), (40, 50)])
def test_a_body_reads_across_its_parts(start: int, stop: int) -> None:
    parts: list[Part] = [Plain(b"01234"), Plain(b""), Plain(b"abcdefghij"), Plain(b"ABCDEFGHIJKLMNO")]
    body = Body(parts, "text/plain")
    assert body.read(start, stop) == b"01234abcdefghijABCDEFGHIJKLMNO"[start:stop]
    assert body.size_bytes == 30
