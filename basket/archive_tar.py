"""The byte layout of a tar (pax), headers made by the standard library."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable

from basket.layout import Layout
from basket.layout_builder import Entry, LayoutBuilder
from basket.member_names import safe_paths


def plan_tar(entries: Iterable[Entry]) -> Layout:
    """The tar of these entries in their order; sizes must be true, no byte of a file is read."""
    entries = list(entries)
    builder = LayoutBuilder()
    for entry, name in zip(entries, safe_paths(entry.path for entry in entries), strict=True):
        builder.literal(header_of(entry, name))
        builder.member(entry)
        builder.literal(padding_of(entry))
    builder.literal(end_of(builder.position))
    return builder.finish()


def header_of(entry: Entry, name: str) -> bytes:
    """What stands before an entry's bytes."""
    member = tarfile.TarInfo(name)
    member.size = entry.size_bytes
    member.mtime = max(int(entry.mtime), 0)
    member.mode = 0o644
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def padding_of(entry: Entry) -> bytes:
    """What fills up an entry's last block."""
    return bytes(-entry.size_bytes % tarfile.BLOCKSIZE)


def end_of(position: int) -> bytes:
    """The end of a tar whose members end at `position`."""
    end = 2 * tarfile.BLOCKSIZE
    return bytes(end + -(position + end) % tarfile.RECORDSIZE)
