"""The bytes of a zip or tar that grows member by member, headers by the standard library. No Django."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Protocol

from basket.archive_tar import end_of, header_of, padding_of
from basket.archive_zip import central_directory, member_of
from basket.layout import ReadFile, Segment
from basket.layout_builder import Entry
from basket.member_names import safe_path

NOTHING = memoryview(b"")


class Growing(Protocol):
    """An archive being written front to back; sizes and CRC-32s of its entries are true when they enter."""

    def member(self, entry: Entry, read_file: ReadFile) -> Iterator[bytes]:
        """All bytes of the next member. Raises MemberChanged before its last piece."""
        ...

    def end(self) -> bytes:
        """What closes the archive."""
        ...


class GrowingZip:
    """Stored members, ZIP64 where needed; the central directory comes last."""

    def __init__(self) -> None:
        self._position = 0
        self._members: list[zipfile.ZipInfo] = []

    def member(self, entry: Entry, read_file: ReadFile) -> Iterator[bytes]:
        member = member_of(entry, safe_path(entry.path))
        member.header_offset = self._position
        header = member.FileHeader()
        yield header
        yield from _content(entry, read_file)
        self._members.append(member)
        self._position += len(header) + entry.size_bytes

    def end(self) -> bytes:
        return central_directory(self._members, self._position)


class GrowingTar:
    """A tar (pax)."""

    def __init__(self) -> None:
        self._position = 0

    def member(self, entry: Entry, read_file: ReadFile) -> Iterator[bytes]:
        header, padding = header_of(entry, safe_path(entry.path)), padding_of(entry)
        yield header
        yield from _content(entry, read_file)
        yield padding
        self._position += len(header) + entry.size_bytes + len(padding)

    def end(self) -> bytes:
        return end_of(self._position)


def _content(entry: Entry, read_file: ReadFile) -> Iterator[bytes]:
    """The entry's bytes, checked by their CRC-32 where they come from a stored file."""
    if isinstance(entry.content, bytes):
        yield entry.content
    elif entry.size_bytes:
        segment = Segment(0, entry.size_bytes, entry.content, entry.crc32, NOTHING)
        yield from segment.read(0, entry.size_bytes, read_file)
