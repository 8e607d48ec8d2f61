"""Ones' complement sums."""

import numpy as np
import pytest

from mastportal.sandbox.bodies.checksum import add, encode, sum32, times

WORDS = np.random.default_rng(5).integers(0, 256, 46080, dtype=np.uint8).tobytes()


def test_carry_comes_back_at_the_other_end() -> None:
    assert sum32(b"\xff\xff\xff\xff\x00\x00\x00\x02") == 2


def test_sum_of_parts_is_the_sum_of_the_whole() -> None:
    assert add(sum32(WORDS[:4000]), sum32(WORDS[4000:])) == sum32(WORDS)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
def test_repeats_need_not_be_visited(count: int) -> None:
    assert times(sum32(WORDS), count) == sum32(WORDS * count)


def test_encoding_of_the_standard_s_example() -> None:
    # FITS standard 4.0, appendix J.
    assert encode(868229149) == "hcHjjc9ghcEghc9g"


@pytest.mark.parametrize("total", [0, 1, 0xFFFFFFFF, 0x12345678, 0xDEADBEEF, 0x80808080])
def test_encoded_texts_are_letters_and_digits(total: int) -> None:
    assert encode(total).isalnum()
    assert len(encode(total)) == 16
