"""The bytes of an archive as a plan: literals and stored files in order. Imports no Django, no files app."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from isal import isal_zlib

ReadFile = Callable[[str, int, int], Iterator[bytes]]
"""(key, start, stop) -> the bytes start..stop of the stored file, in pieces of any size."""

ReadPart = Callable[[int, int], bytes]
"""(start, stop) -> the bytes start..stop of a stored layout."""

LAYOUT_VERSION = b"1"
TAIL_BYTES = 8 << 10
_END_BYTES = 10  # an Arrow file ends with the length of its footer and a mark
_COLUMNS: dict[str, pa.DataType] = {
    "length": pa.int64(),
    "key": pa.string(),
    "crc32": pa.uint32(),
    "literal": pa.binary(),
}
SCHEMA = pa.schema(_COLUMNS)


class MemberChanged(Exception):
    """A stored file is no longer the one the archive was planned with; the stream must break off."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes start..stop of the archive: a literal, or (key given) one whole stored file."""

    start: int
    stop: int
    key: str | None
    crc32: int
    literal: memoryview

    def read(self, first: int, last: int, read_file: ReadFile) -> Iterator[bytes]:
        """Bytes first..last of this segment, counted from its own start."""
        if self.key is None:
            return iter((bytes(self.literal[first:last]),))
        pieces = _exactly(read_file(self.key, first, last), last - first, self.key)
        return _verified(pieces, self) if last - first == self.stop - self.start else pieces


class Layout:
    """A finished plan, stored as an Arrow file of segment batches: a range opens only its own batch."""

    def __init__(self, stored: pa.NativeFile, etag: str) -> None:
        self.etag, self._stored = etag, stored
        self._batches = pa.ipc.open_file(stored)
        self._last: tuple[int, pa.RecordBatch] | None = None
        facts = self._batches.schema.metadata
        if facts.get(b"layout_version") != LAYOUT_VERSION:
            raise ValueError("this archive layout was stored by another version of the portal")
        self.size = int(facts[b"size"])
        self._batch_starts = np.frombuffer(facts[b"starts"], "<i8")

    @classmethod
    def from_bytes(cls, stored: bytes) -> Layout:
        """Raises ValueError when the bytes are not a stored layout."""
        return cls(pa.BufferReader(stored), hashlib.sha256(stored).hexdigest())

    def to_bytes(self) -> bytes:
        self._stored.seek(0)
        return bytes(self._stored.read())

    @classmethod
    def in_parts(cls, size: int, etag: str, read_part: ReadPart) -> Layout:
        """A stored layout of `size` bytes of which only the parts needed are read, in the caller's thread."""
        return cls(pa.PythonFile(_Parts(size, read_part), mode="r"), etag)

    def read(self, start: int, stop: int, read_file: ReadFile) -> Iterator[bytes]:
        """Bytes start..stop of the archive, in pieces of at most 1 MiB where `read_file` keeps to that.

        A member read whole is checked by its CRC-32 before its last piece leaves: raises MemberChanged.
        """
        stop = min(stop, self.size)
        for segment in self.segments(start, stop):
            first, last = max(start, segment.start), min(stop, segment.stop)
            yield from segment.read(first - segment.start, last - segment.start, read_file)

    def keys(self, start: int, stop: int) -> Iterator[str]:
        """Keys of the stored files that the range touches, in order."""
        return (segment.key for segment in self.segments(start, stop) if segment.key is not None)

    def segments(self, start: int, stop: int) -> Iterator[Segment]:
        if start >= stop:
            return
        first = int(np.searchsorted(self._batch_starts, start, side="right")) - 1
        for number in range(max(first, 0), len(self._batch_starts)):
            if self._batch_starts[number] >= stop:
                return
            yield from self._segments_of(number, start, stop)

    def _batch(self, number: int) -> pa.RecordBatch:
        """The last one is kept: the keys of a range and its bytes are looked up one after the other."""
        if self._last is None or self._last[0] != number:
            self._last = (number, self._batches.get_batch(number))
        return self._last[1]

    def _segments_of(self, number: int, start: int, stop: int) -> Iterator[Segment]:
        batch = self._batch(number)
        stops = int(self._batch_starts[number]) + np.cumsum(batch.column("length").to_numpy())
        row = int(np.searchsorted(stops, start, side="right"))
        while row < len(stops):
            length = batch.column("length")[row].as_py()
            begin = int(stops[row]) - length
            if begin >= stop:
                return
            literal = batch.column("literal")[row].as_buffer()
            yield Segment(
                begin,
                int(stops[row]),
                batch.column("key")[row].as_py(),
                batch.column("crc32")[row].as_py() or 0,
                memoryview(literal) if literal is not None else memoryview(b""),
            )
            row += 1


class _Parts(io.RawIOBase):
    """A stored layout as the file that Arrow reads: its end is fetched once, the rest as it is asked for.

    Arrow reads the footer in a thread of its own, which must find it here: that one has no connection.
    """

    def __init__(self, size: int, read_part: ReadPart) -> None:
        super().__init__()
        self._size, self._at, self._read_part = size, 0, read_part
        self._tail = read_part(max(0, size - TAIL_BYTES), size)
        footer_bytes = int.from_bytes(self._tail[-_END_BYTES:][:4], "little") + _END_BYTES
        if len(self._tail) < footer_bytes <= size:
            self._tail = read_part(size - footer_bytes, size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, wanted: int = -1) -> bytes:
        stop = self._size if wanted < 0 else min(self._at + wanted, self._size)
        in_tail = self._at - (self._size - len(self._tail))
        if in_tail >= 0:
            content = self._tail[in_tail : in_tail + stop - self._at]
        else:
            content = self._read_part(self._at, stop)
        self._at += len(content)
        return content


def _exactly(pieces: Iterator[bytes], wanted: int, key: str) -> Iterator[bytes]:
    got = 0
    for piece in pieces:
        got += len(piece)
        if got > wanted:
            break
        yield piece
    if got != wanted:
        raise MemberChanged(f"stored file {key} no longer has the size it was planned with")


def _verified(pieces: Iterator[bytes], segment: Segment) -> Iterator[bytes]:
    crc, held_back = 0, b""
    for piece in pieces:
        if held_back:
            yield held_back
        crc, held_back = isal_zlib.crc32(piece, crc), piece
    if crc != segment.crc32:
        raise MemberChanged(f"stored file {segment.key} no longer has the content it was planned with")
    yield held_back
