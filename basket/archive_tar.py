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
        builder.literal(_member(entry, name).tobuf(tarfile.PAX_FORMAT, "utf-8", "strict"))
        builder.member(entry)
        builder.literal(bytes(-entry.size_bytes % tarfile.BLOCKSIZE))
    builder.literal(bytes(2 * tarfile.BLOCKSIZE))
    builder.literal(bytes(-builder.position % tarfile.RECORDSIZE))
    return builder.finish()


def _member(entry: Entry, name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = entry.size_bytes
    member.mtime = max(int(entry.mtime), 0)
    member.mode = 0o644
    return member
