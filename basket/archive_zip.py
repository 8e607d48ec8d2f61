"""The byte layout of a zip: stored members, ZIP64 where needed, headers made by the standard library."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable

from basket.layout import Layout
from basket.layout_builder import Entry, LayoutBuilder
from basket.member_names import safe_paths

_EARLIEST, _LATEST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)


def plan_zip(entries: Iterable[Entry]) -> Layout:
    """The zip of these entries in their order; sizes and CRC-32s must be true, no byte of a file is read."""
    entries = list(entries)
    builder = LayoutBuilder()
    members = []
    for entry, name in zip(entries, safe_paths(entry.path for entry in entries), strict=True):
        member = member_of(entry, name)
        member.header_offset = builder.position
        builder.literal(member.FileHeader())
        builder.member(entry)
        members.append(member)
    builder.literal(central_directory(members, builder.position))
    return builder.finish()


def member_of(entry: Entry, name: str) -> zipfile.ZipInfo:
    """An entry as zipfile knows it, but for its offset."""
    at = time.gmtime(max(entry.mtime, 0.0))
    when = (at.tm_year, at.tm_mon, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec)
    member = zipfile.ZipInfo(name, date_time=min(max(when, _EARLIEST), _LATEST))
    member.create_system = 3
    member.external_attr = 0o100644 << 16
    member.compress_type = zipfile.ZIP_STORED
    member.CRC = entry.crc32
    member.file_size = member.compress_size = entry.size_bytes
    return member


class _After(io.BytesIO):
    """A file whose first byte lies at `offset` of the archive, so that zipfile writes true offsets."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self._offset = offset

    def tell(self) -> int:
        return super().tell() + self._offset

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        return super().seek(position - self._offset, whence) + self._offset


def central_directory(members: list[zipfile.ZipInfo], offset: int) -> bytes:
    """The end of an archive with these members, their offsets filled in, beginning at `offset`."""
    sink = _After(offset)
    archive = zipfile.ZipFile(sink, "w")
    archive.filelist.extend(members)
    archive.start_dir = offset
    archive.comment = b""  # marks the archive as changed: close() then writes the directory
    archive.close()
    return sink.getvalue()
