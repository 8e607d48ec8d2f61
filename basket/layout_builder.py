"""Makes layouts: collects literals and members in the order of the archive. Reads no stored file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from isal import isal_zlib

from basket.layout import LAYOUT_VERSION, SCHEMA, Layout

LITERAL_BYTES = 1 << 20
BATCH_SEGMENTS = 1024
BATCH_LITERAL_BYTES = 1 << 20


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
        schema = SCHEMA.with_metadata(facts)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            for batch in self._batches:
                writer.write_batch(batch.replace_schema_metadata(facts))
        return Layout.from_bytes(sink.getvalue().to_pybytes())

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
            for column, type_ in zip(zip(*self._rows, strict=True), SCHEMA, strict=True)
        ]
        self._batches.append(pa.record_batch(columns, schema=SCHEMA))
        self._starts.append(self._batch_start)
        self._batch_start += sum(row[0] for row in self._rows)
        self._rows, self._literal_bytes = [], 0
