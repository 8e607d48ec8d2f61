"""The pieces bodies are made of: plain bytes, and long runs of one repeated block. Imports no other part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from mastportal.sandbox.observation import Observation

from .checksum import add, sum32, sum32_of_block, times

FITS_BLOCK = 2880


class Part(Protocol):
    """A stretch of a file; `size` bytes, any range of which can be read."""

    @property
    def size(self) -> int: ...
    def read(self, start: int, stop: int) -> bytes: ...


@dataclass(frozen=True)
class Plain:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, stop: int) -> bytes:
        return self.content[start:stop]


@dataclass(frozen=True)
class Repeated:
    """`length` bytes of `block` (a multiple of 4 bytes) again and again, then zeros to a whole FITS block."""

    block: bytes
    length: int

    @property
    def size(self) -> int:
        return -(-self.length // FITS_BLOCK) * FITS_BLOCK

    @cached_property
    def checksum(self) -> int:
        """The 32-bit ones' complement sum of all bytes, without visiting them."""
        whole, rest = divmod(self.length, len(self.block))
        tail = self.block[:rest]
        return add(times(sum32_of_block(self.block), whole), sum32(tail + bytes(-len(tail) % 4)))

    def read(self, start: int, stop: int) -> bytes:
        stop = min(stop, self.size)
        wanted = min(stop, self.length) - start
        if wanted <= 0:
            return bytes(max(0, stop - start))
        offset = start % len(self.block)
        copies = -(-(offset + wanted) // len(self.block))
        return (self.block * copies)[offset : offset + wanted] + bytes(stop - start - wanted)


@dataclass(frozen=True)
class Body:
    """A whole file."""

    parts: Sequence[Part]
    media_type: str

    @cached_property
    def size_bytes(self) -> int:
        return sum(part.size for part in self.parts)

    def read(self, start: int, stop: int) -> bytes:
        """Bytes start..stop-1; what lies beyond the end is not there."""
        pieces, first = [], 0
        for part in self.parts:
            if first < stop and start < first + part.size:
                pieces.append(part.read(max(0, start - first), min(part.size, stop - first)))
            first += part.size
        return b"".join(pieces)


@dataclass(frozen=True)
class Facts:
    """What a body needs to know of its product. `made` is when the file was written (UTC); `members` are an
    association's science exposures, `others` what else it joins, with what as."""

    filename: str
    observation: Observation
    version: int
    made: datetime
    file_bytes: int
    factor: float
    members: tuple[str, ...] = ()
    product_name: str = ""
    obs_id: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def stem(self) -> str:
        return self.filename.rpartition(".")[0].rpartition("_")[0]

    @property
    def suffix(self) -> str:
        if self.filename.startswith("R"):
            return "opd"
        return self.filename.rpartition(".")[0].rpartition("_")[2]
