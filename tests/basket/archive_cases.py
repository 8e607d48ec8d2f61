"""Entries and stand-in stored files for the tests of archive layouts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from isal import isal_zlib

from basket.archive import Entry, Layout

MTIME = 1_790_000_001.5
PIECE = 64 << 10


@dataclass
class Shelf:
    """Stored files by key, read as the store reads them: in pieces, with a note of what was asked."""

    contents: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int, int]] = field(default_factory=list)

    def put(self, path: str, content: bytes) -> Entry:
        key = f"key-{len(self.contents)}"
        self.contents[key] = content
        return Entry(path, len(content), isal_zlib.crc32(content), "", MTIME, key)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        self.asked.append((key, start, stop))
        content = self.contents[key][start:stop]
        yield from (content[at : at + PIECE] for at in range(0, len(content), PIECE))


def mixed_entries(shelf: Shelf, seed: int = 1) -> list[Entry]:
    """Literals and files of many sizes, empty ones and multiples of a tar block among them."""
    rng = random.Random(seed)
    sizes = [0, 1, 511, 512, 513, 2880, 70_000, 300_001]
    stored = [
        shelf.put(f"MAST_x/JWST/obs{n}/file{n}.fits", rng.randbytes(size)) for n, size in enumerate(sizes)
    ]
    manifest = Entry.literal("MAST_x/MANIFEST.HTML", b"<!doctype html><p>here", MTIME)
    return [manifest, *stored, Entry.literal("MAST_x/empty.txt", b"", MTIME)]


def whole(layout: Layout, shelf: Shelf) -> bytes:
    return b"".join(layout.read(0, layout.size, shelf.read))


def zeros(_key: str, start: int, stop: int) -> Iterator[bytes]:
    """A sparse file of any size."""
    for at in range(start, stop, 1 << 20):
        yield bytes(min(1 << 20, stop - at))
