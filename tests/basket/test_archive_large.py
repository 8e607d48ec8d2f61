"""Layouts beyond what a plain zip can count: 4 GiB members, a terabyte, 70,000 entries."""

import io
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from isal import isal_zlib

from basket.archive import Entry, Layout, plan_tar, plan_zip
from tests.basket.archive_cases import MTIME, Shelf, whole, zeros

GIB = 1 << 30


def sparse(path: str, size_bytes: int) -> Entry:
    """A member of zeros whose CRC-32 is not known: to be read in parts only."""
    return Entry(path, size_bytes, 0x1234, "", MTIME, path)


class RangeFile(io.RawIOBase):
    """A layout as a seekable file, so that zipfile and tarfile read only what they need of a terabyte."""

    def __init__(self, layout: Layout) -> None:
        self.layout, self.at = layout, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.layout.size)[whence]
        return self.at

    def readinto(self, buffer) -> int:
        content = b"".join(self.layout.read(self.at, self.at + len(buffer), zeros))
        buffer[: len(content)] = content
        self.at += len(content)
        return len(content)


@pytest.mark.parametrize("size", [4 * GIB - 1, 4 * GIB, 5 * GIB, 9 * GIB])
def test_members_around_four_gib_are_found_with_their_size(size):
    layout = plan_zip([sparse("big.fits", size), Entry.literal("after.txt", b"after", MTIME)])
    archive = zipfile.ZipFile(RangeFile(layout))
    assert archive.getinfo("big.fits").file_size == size
    assert archive.read("after.txt") == b"after"


def test_a_terabyte_of_zip_has_its_last_member_where_it_says():
    entries = [sparse(f"{n}.fits", GIB) for n in range(1024)]
    layout = plan_zip([*entries, Entry.literal("MANIFEST.HTML", b"last", MTIME)])
    assert layout.size > 1 << 40
    assert zipfile.ZipFile(RangeFile(layout)).read("MANIFEST.HTML") == b"last"


def test_a_tar_member_beyond_eight_gib_keeps_its_size():
    layout = plan_tar([sparse("big.fits", 9 * GIB), Entry.literal("after.txt", b"after", MTIME)])
    with tarfile.open(fileobj=RangeFile(layout)) as archive:
        assert [member.size for member in archive] == [9 * GIB, 5]
        assert archive.extractfile("after.txt").read() == b"after"


@pytest.fixture
def big_zip(tmp_path) -> Path:
    """5 GiB of zeros written sparse: nearly no disk, but every header beyond 4 GiB is real."""
    big = Entry("big.fits", 5 * GIB, crc32_of_zeros(5 * 16, GIB // 16), "", MTIME, "big")
    layout = plan_zip([big, Entry.literal("z.txt", b"z" * 99, MTIME)])
    path = tmp_path / "big.zip"
    with path.open("wb") as out:
        for segment in layout.segments(0, layout.size):
            if segment.key is None:
                out.seek(segment.start)
                out.write(segment.literal)
    return path


def crc32_of_zeros(pieces: int, piece_bytes: int) -> int:
    crc, piece = 0, bytes(piece_bytes)
    for _ in range(pieces):
        crc = isal_zlib.crc32(piece, crc)
    return crc


@pytest.mark.parametrize("reader", [["unzip", "-l"], ["bsdtar", "-tvf"]])
def test_other_readers_see_the_size_of_a_zip64_member(big_zip, reader):
    listing = subprocess.run([*reader, big_zip], check=True, capture_output=True, text=True).stdout
    assert str(5 * GIB) in listing
    assert "z.txt" in listing


@pytest.mark.long
def test_unzip_tests_a_zip64_archive_to_its_end(big_zip):
    subprocess.run(["unzip", "-tq", big_zip], check=True, capture_output=True)


def test_seventy_thousand_entries_need_and_get_zip64():
    shelf = Shelf()
    one = shelf.put("x", b"content")
    entries = [
        Entry(f"MAST_x/JWST/o{n}/f{n}.fits", one.size_bytes, one.crc32, "", MTIME, "key-0")
        for n in range(70_000)
    ]
    layout = plan_zip(entries)
    archive = zipfile.ZipFile(io.BytesIO(whole(layout, shelf)))
    assert len(archive.namelist()) == 70_000
    assert archive.read("MAST_x/JWST/o69999/f69999.fits") == b"content"


def test_a_range_near_the_end_of_many_entries_opens_one_batch():
    entries = [sparse(f"MAST_x/JWST/o{n}/f{n}.fits", 1_000_000) for n in range(30_000)]
    stored = plan_zip(entries).to_bytes()
    began = time.perf_counter()
    layout = Layout.from_bytes(stored)
    start = 29_990 * 1_000_000
    assert len(b"".join(layout.read(start, start + 1000, zeros))) == 1000
    assert time.perf_counter() - began < 0.2
    assert len(stored) < 4 << 20
