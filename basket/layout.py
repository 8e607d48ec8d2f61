"""The bytes of an archive as a plan: literals and stored files in order. Imports no Django, no files app."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from isal import isal_zlib

ReadFile = Callable[[str, int, int], Iterator[bytes]]
"""(key, start, stop) -> the bytes start..stop of the stored file, in pieces of any size."""

LITERAL_BYTES = 1 << 20
BATCH_SEGMENTS = 4096
BATCH_LITERAL_BYTES = 4 << 20
LAYOUT_VERSION = b"1"
_COLUMNS: dict[str, pa.DataType] = {
    "length": pa.int64(),
    "key": pa.string(),
    "crc32": pa.uint32(),
    "literal": pa.binary(),
}
_SCHEMA = pa.schema(_COLUMNS)


class MemberChanged(Exception):
    """A stored file is no longer the one the archive was planned with; the stream must break off."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: its path, its facts, and its bytes themselves or the key of the stored file.

    `mtime` is in seconds since 1970 (UTC). For literal bytes use `Entry.literal`, which fills the facts.
    """

    path: str
    size_bytes: int
    crc32: int
    sha256: str
    mtime: float
    content: bytes | str

    @classmethod
    def literal(cls, path: str, content: bytes, mtime: float) -> Entry:
        return cls(
            path, len(content), isal_zlib.crc32(content), hashlib.sha256(content).hexdigest(), mtime, content
        )


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

    def __init__(self, stored: bytes) -> None:
        self._stored = stored
        self._batches = pa.ipc.open_file(pa.py_buffer(stored))
        facts = self._batches.schema.metadata
        if facts.get(b"layout_version") != LAYOUT_VERSION:
            raise ValueError("this archive layout was stored by another version of the portal")
        self.size = int(facts[b"size"])
        self.etag = hashlib.sha256(stored).hexdigest()
        self._batch_starts = np.frombuffer(facts[b"starts"], "<i8")

    @classmethod
    def from_bytes(cls, stored: bytes) -> Layout:
        """Raises ValueError when the bytes are not a stored layout."""
        return cls(stored)

    def to_bytes(self) -> bytes:
        return self._stored

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

    def _segments_of(self, number: int, start: int, stop: int) -> Iterator[Segment]:
        batch = self._batches.get_batch(number)
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


@dataclass(slots=True)
class LayoutBuilder:
    """Collects segments in the order of the archive; neighbouring literals become one."""

    position: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _rows: list[tuple[int, str | None, int | None, bytes | None]] = field(default_factory=list)
    _literal_bytes: int = 0
    _batch_start: int = 0
    _batches: list[pa.RecordBatch] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def literal(self, content: bytes) -> None:
        self.position += len(content)
        self._pending += content
        if len(self._pending) >= LITERAL_BYTES:
            self._flush_literals()

    def member(self, entry: Entry) -> None:
        """The bytes of one entry, without any header."""
        if isinstance(entry.content, bytes):
            self.literal(entry.content)
        elif entry.size_bytes:
            self._flush_literals()
            self.position += entry.size_bytes
            self._add(entry.size_bytes, entry.content, entry.crc32, None)

    def finish(self) -> Layout:
        self._flush_literals()
        self._close_batch()
        facts: dict[bytes, bytes] = {
            b"layout_version": LAYOUT_VERSION,
            b"size": b"%d" % self.position,
            b"starts": np.array(self._starts, "<i8").tobytes(),
        }
        schema = _SCHEMA.with_metadata(facts)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            for batch in self._batches:
                writer.write_batch(batch.replace_schema_metadata(facts))
        return Layout(sink.getvalue().to_pybytes())

    def _flush_literals(self) -> None:
        content, self._pending = bytes(self._pending), bytearray()
        for at in range(0, len(content), LITERAL_BYTES):
            piece = content[at : at + LITERAL_BYTES]
            self._literal_bytes += len(piece)
            self._add(len(piece), None, None, piece)

    def _add(self, length: int, key: str | None, crc32: int | None, literal: bytes | None) -> None:
        self._rows.append((length, key, crc32, literal))
        if len(self._rows) >= BATCH_SEGMENTS or self._literal_bytes >= BATCH_LITERAL_BYTES:
            self._close_batch()

    def _close_batch(self) -> None:
        if not self._rows:
            return
        columns = [
            pa.array(column, type_.type)
            for column, type_ in zip(zip(*self._rows, strict=True), _SCHEMA, strict=True)
        ]
        self._batches.append(pa.record_batch(columns, schema=_SCHEMA))
        self._starts.append(self._batch_start)
        self._batch_start += sum(row[0] for row in self._rows)
        self._rows, self._literal_bytes = [], 0


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
