"""Whatever products are called, four tools unpack every one of them, inside the folder and nowhere else."""

import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from basket.archive import Entry, plan_tar, plan_zip
from tests.basket.archive_cases import MTIME, Shelf, whole

NASTY = [
    "../../../etc/passwd",
    "/abs.fits",
    "..",
    "C:\\Windows\\x.fits",
    "a\nb\x1b[31m.fits",
    "-rf",
    "--checkpoint-action=exec=sh",
    "@list",
    "*?[a].fits",
    "$(touch pwned)",
    "aux.fits",
    "été 星 💫.fits",
    "e\u0301te\u0301.fits",
    "\u202egnp.fits",
    "x" * 400 + ".fits",
    "é" * 300 + "_cal.fits",
    "same.fits",
    "SAME.fits",
    "same.fits",
    "same.fits/inside",
    "a/b/c/d/e/f/g/h/i.fits",
    "trailing. ",
    "",
]
NAMES = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=15)
UTF8 = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}


def with_unzip(archive: Path, folder: Path) -> None:
    subprocess.run(["unzip", "-qn", archive, "-d", folder], check=True, capture_output=True, env=UTF8)


def with_bsdtar(archive: Path, folder: Path) -> None:
    subprocess.run(["bsdtar", "-xf", archive, "-C", folder], check=True, capture_output=True, env=UTF8)


def with_tar(archive: Path, folder: Path) -> None:
    subprocess.run(["tar", "-xf", archive, "-C", folder], check=True, capture_output=True, env=UTF8)


def with_zipfile(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)


def with_tarfile(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")


TOOLS: dict[str, list[Callable[[Path, Path], None]]] = {
    "zip": [with_unzip, with_bsdtar, with_zipfile],
    "tar": [with_tar, with_bsdtar, with_tarfile],
}


@pytest.mark.parametrize("format", TOOLS)
@settings(max_examples=8, deadline=None)
@example(NASTY)
@given(NAMES)
def test_everything_is_there_and_nothing_is_outside(format: str, names: list[str]) -> None:
    plan = {"zip": plan_zip, "tar": plan_tar}[format]
    entries = [Entry.literal(name, f"{n} {name}".encode(), MTIME) for n, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as place:
        outside = Path(place)
        archive = outside / "bundle"
        archive.write_bytes(whole(plan(entries), Shelf()))
        for tool in TOOLS[format]:
            inside = outside / tool.__name__
            inside.mkdir()
            tool(archive, inside)
            found = sorted(path.read_bytes() for path in inside.rglob("*") if path.is_file())
            assert found == sorted(f"{n} {name}".encode() for n, name in enumerate(names))
            assert not [path for path in inside.rglob("*") if path.is_symlink()]
        assert {path.name for path in outside.iterdir()} == {"bundle", *(t.__name__ for t in TOOLS[format])}
