"""An archive that grows is what the planned one of the same entries is, and other tools read it."""

import io
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from isal import isal_zlib

from basket.archive import Entry, MemberChanged, plan_tar, plan_zip
from basket.ways.growing import GrowingTar, GrowingZip
from tests.basket.archive_cases import MTIME, Shelf, whole, zeros

KINDS = {"zip": (GrowingZip, plan_zip), "tar": (GrowingTar, plan_tar)}
LONG = "é" * 90 + ".fits"


def grown(kind: str, entries: list[Entry], shelf: Shelf) -> bytes:
    archive = KINDS[kind][0]()
    pieces = [piece for entry in entries for piece in archive.member(entry, shelf.read)]
    return b"".join(pieces) + archive.end()


@pytest.mark.parametrize("kind", KINDS)
@given(sizes=st.lists(st.integers(0, 3000), max_size=6))
def test_it_is_the_planned_archive(kind: str, sizes: list[int]) -> None:
    shelf = Shelf()
    entries = [shelf.put(f"MAST/{n}.fits", bytes([n]) * size) for n, size in enumerate(sizes)]
    entries.append(Entry.literal("MAST/MANIFEST.HTML", b"last", MTIME))
    assert grown(kind, entries, shelf) == whole(KINDS[kind][1](entries), shelf)


@pytest.mark.parametrize(("kind", "tool"), [("zip", ["unzip", "-t"]), ("tar", ["bsdtar", "-tf"])])
def test_other_tools_read_it(kind: str, tool: list[str], tmp_path: Path) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not on this machine")
    content = {f"MAST/a/{LONG}": b"x" * 700, "MAST/ü b.fits": b"", "MAST/c.json": b"{}"}
    shelf, path = Shelf(), tmp_path / f"made.{kind}"
    path.write_bytes(grown(kind, [shelf.put(name, body) for name, body in content.items()], shelf))
    subprocess.run([*tool, str(path)], check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"})
    if kind == "zip":
        inside = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        assert {name: inside.read(name) for name in inside.namelist()} == content
    else:
        with tarfile.open(path) as tar:
            assert {m.name: tar.extractfile(m).read() for m in tar} == content  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_more_than_four_gib_is_found(kind: str, tmp_path: Path) -> None:
    size_bytes, crc32 = (4 << 30) + 5, 0
    for piece in zeros("", 0, size_bytes):
        crc32 = isal_zlib.crc32(piece, crc32)
    entries = [
        Entry("big.fits", size_bytes, crc32, "", MTIME, "big"),
        Entry.literal("after.txt", b"after", MTIME),
    ]
    archive, path = KINDS[kind][0](), tmp_path / f"made.{kind}"
    with path.open("wb") as out:
        for piece in (piece for entry in entries for piece in archive.member(entry, zeros)):
            write_sparse(out, piece)
        out.write(archive.end())
    if kind == "zip":
        with zipfile.ZipFile(path) as inside:
            assert {m.filename: m.file_size for m in inside.infolist()} == {
                "big.fits": size_bytes,
                "after.txt": 5,
            }
            assert inside.read("after.txt") == b"after"
    else:
        with tarfile.open(path) as tar:
            assert {m.name: m.size for m in tar} == {"big.fits": size_bytes, "after.txt": 5}
            assert tar.extractfile("after.txt").read() == b"after"  # type: ignore[union-attr]


def write_sparse(out: BinaryIO, piece: bytes) -> None:
    """Zeros are left out, so that gigabytes of them take no room."""
    if piece == bytes(len(piece)):
        out.seek(len(piece), io.SEEK_CUR)
    else:
        out.write(piece)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_file_never_ends_a_member(kind: str) -> None:
    entry = Shelf().put("a.fits", b"as it was")

    def other(key: str, start: int, stop: int) -> Iterator[bytes]:
        yield b"something"

    pieces = KINDS[kind][0]().member(entry, other)
    with pytest.raises(MemberChanged):
        assert b"something" not in b"".join(pieces)
