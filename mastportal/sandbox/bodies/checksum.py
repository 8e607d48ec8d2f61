"""FITS checksums: ones' complement sums of 32-bit words and their text form (FITS 4.0, appendix J)."""

from functools import lru_cache

import numpy as np

_WORD = 0xFFFFFFFF
_EXCLUDED = frozenset(range(0x3A, 0x41)) | frozenset(range(0x5B, 0x61))


def sum32(content: bytes) -> int:
    """The sum of big-endian words with end-around carry; the length must be a multiple of 4."""
    return _fold(int(np.frombuffer(content, dtype=">u4").sum(dtype=np.uint64)))


@lru_cache(maxsize=1024)
def sum32_of_block(block: bytes) -> int:
    """The same, remembered: a few blocks fill all files."""
    return sum32(block)


def add(*sums: int) -> int:
    return _fold(sum(sums))


def times(value: int, count: int) -> int:
    """The sum of `count` stretches that each sum to `value`."""
    return _fold(value * count)


def _fold(value: int) -> int:
    while value > _WORD:
        value = (value & _WORD) + (value >> 32)
    return value


def encode(total: int) -> str:
    """The CHECKSUM text that brings an HDU of this sum (with sixteen zeros in place) to minus zero."""
    complement = _WORD - total
    letters = [""] * 16
    for index in range(4):
        byte = complement >> (24 - 8 * index) & 0xFF
        quarter, rest = byte // 4 + 0x30, byte % 4
        codes = [quarter + rest, quarter, quarter, quarter]
        while not _EXCLUDED.isdisjoint(codes):
            for pair in (0, 2):
                if codes[pair] in _EXCLUDED or codes[pair + 1] in _EXCLUDED:
                    codes[pair] += 1
                    codes[pair + 1] -= 1
        for place, code in enumerate(codes):
            letters[4 * place + index] = chr(code)
    text = "".join(letters)
    return text[-1] + text[:-1]
