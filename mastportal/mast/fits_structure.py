"""Whether a FITS file is whole: blocks, headers, data lengths, CHECKSUM and DATASUM. Reads each byte once."""

import re
from dataclasses import dataclass
from math import prod
from typing import BinaryIO

import numpy as np

BLOCK_BYTES = 2880
CARD_BYTES = 80
READ_BYTES = 1024 * BLOCK_BYTES
ALL_ONES = 0xFFFFFFFF
SUMS = frozenset({b"CHECKSUM", b"DATASUM"})
# More header than this is not a header that has no END.
LONGEST_HEADER_BYTES = 10_000 * BLOCK_BYTES
MOST_AXES = 999  # FITS Standard 4.0, section 4.4.1.1
_CARD = re.compile(rb"([A-Z0-9_-]{1,8}) *= +('(?:[^']|'')*'|[^ /]+)")


class NotFits(ValueError):
    """The file is not a whole FITS file; the text says what is wrong with it."""


@dataclass(slots=True)
class _Header:
    cards: dict[bytes, bytes]
    sum32: int

    def integer(self, keyword: bytes, default: int) -> int:
        try:
            return int(self.cards.get(keyword, default))
        except ValueError:
            raise NotFits(f"its header keyword {keyword.decode()} is no number") from None

    def count(self, keyword: bytes, default: int) -> int:
        """A number that is not negative: a data unit that ended before it began would be walked for ever."""
        value = self.integer(keyword, default)
        if value < 0:
            raise NotFits(f"its header keyword {keyword.decode()} is below zero")
        return value

    def data_bytes(self) -> int:
        """Length of the data unit without its padding (FITS Standard 4.0, section 4.4.1)."""
        many = self.count(b"NAXIS", 0)
        if many > MOST_AXES:
            raise NotFits(f"it has more than {MOST_AXES} axes")
        axes = [self.count(b"NAXIS%d" % (n + 1), 0) for n in range(many)]
        if axes and axes[0] == 0:  # random groups have NAXIS1 = 0 and data all the same
            axes = axes[1:] if self.cards.get(b"GROUPS") == b"T" else [0]
        elements = prod(axes) if axes else 0
        groups, parameters = self.count(b"GCOUNT", 1), self.count(b"PCOUNT", 0)
        bits = abs(self.integer(b"BITPIX", 8))
        return bits // 8 * groups * (parameters + elements)


def check_fits(file: BinaryIO, size_bytes: int) -> None:
    """Walk all HDUs of an open file. Raises NotFits."""
    if size_bytes == 0 or size_bytes % BLOCK_BYTES:
        raise NotFits(f"its length {size_bytes} is not a multiple of {BLOCK_BYTES} bytes")
    if file.read(10) != b"SIMPLE  = ":
        raise NotFits("it does not begin with SIMPLE")
    file.seek(0)
    position = 0
    sums: set[frozenset[bytes]] = set()
    while position < size_bytes:
        if position and file.read(8) != b"XTENSION":
            if any(sums):
                raise NotFits("its parts carry sums, and what follows the last of them is no extension")
            return  # special records may follow the last extension (FITS Standard 4.0, section 3.5)
        file.seek(position)
        position, carried = _check_hdu(file, size_bytes)
        sums.add(carried)
    if SUMS in sums and not sums <= {SUMS, frozenset()}:
        raise NotFits("one of its parts has lost a sum that the others carry")


def _check_hdu(file: BinaryIO, size_bytes: int) -> tuple[int, frozenset[bytes]]:
    """Where the HDU at this place ends, and which sums it carries."""
    header = _read_header(file)
    length = header.data_bytes()
    padded = -(-length // BLOCK_BYTES) * BLOCK_BYTES
    end = file.tell() + padded
    if end > size_bytes:
        raise NotFits(f"it ends {end - size_bytes} bytes before its data do")
    carried = SUMS.intersection(header.cards)
    if not carried:
        file.seek(end)
        return end, carried
    data_sum = _sum_data(file, padded)
    if _given(header, b"DATASUM") and int(_given(header, b"DATASUM")) != data_sum:
        raise NotFits("its data do not have the sum that DATASUM says")
    if _given(header, b"CHECKSUM") and _folded(header.sum32 + data_sum) not in (0, ALL_ONES):
        raise NotFits("an HDU does not have the sum that CHECKSUM says")
    return end, carried


def _given(header: _Header, keyword: bytes) -> bytes:
    """The text of a string keyword; empty where it is absent, blank, or a DATASUM that is no number."""
    text = header.cards.get(keyword, b"").strip(b"'").strip()
    return b"" if keyword == b"DATASUM" and not text.isdigit() else text


def _read_header(file: BinaryIO) -> _Header:
    cards: dict[bytes, bytes] = {}
    total = read = 0
    while read < LONGEST_HEADER_BYTES:
        block = file.read(BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            break
        read += BLOCK_BYTES
        total += _sum32(block)
        for at in range(0, BLOCK_BYTES, CARD_BYTES):
            card = block[at : at + CARD_BYTES]
            if card.rstrip() == b"END":
                return _Header(cards, _folded(total))
            if found := _CARD.match(card):
                cards.setdefault(found[1], found[2])
    raise NotFits("a header has no END")


def _sum_data(file: BinaryIO, length: int) -> int:
    total = 0
    for at in range(0, length, READ_BYTES):
        total += _sum32(file.read(min(READ_BYTES, length - at)))
    return _folded(total)


def _sum32(content: bytes) -> int:
    return int(np.frombuffer(content, ">u4").sum(dtype=np.uint64))


def _folded(total: int) -> int:
    """Ones' complement sum of 32 bits: what runs over comes back at the other end."""
    while total >> 32:
        total = (total & ALL_ONES) + (total >> 32)
    return total
