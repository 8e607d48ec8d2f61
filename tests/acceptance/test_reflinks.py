"""On a file system that can share blocks, adopting and staging take no room, and each file stays its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from basket.models import Basket
from basket.phases import Phase
from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.search import listed
from tests.archive import Sandbox
from tests.basket.make import basket_of, bundle_of, completed, only
from tests.basket.ways.staged import laid_out
from tests.disks import SHARED, extent_flags, mounted
from tests.files.archive_products import observations, products

pytestmark = pytest.mark.django_db(transaction=True)
DISK_BYTES = 512 << 20  # XFS is not made smaller than 300 MB; the image is sparse


@pytest.fixture
def disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An XFS that holds the store; skips where none can be made and mounted."""
    if not shutil.which("mkfs.xfs"):
        pytest.skip("mkfs.xfs is not installed here")
    image = tmp_path / "image"
    image.touch()
    os.truncate(image, DISK_BYTES)
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", str(image)], check=True)
    with mounted(tmp_path / "disk", "-t", "xfs", "-o", "loop", str(image)) as disk:
        settings.STORE_DIR = disk / "store"
        yield disk


@pytest.fixture
def basket(alice: User, sandbox: Sandbox) -> Basket:
    return only(basket_of(alice, 1), "f.suffix=asn&f.calib_level=3")


def is_shared(path: Path) -> bool:
    """Whether every byte of the file lies where another file has it, too."""
    flags = extent_flags(path)
    return bool(flags) and all(each & SHARED for each in flags)


def content(file: StoredFile) -> bytes:
    return b"".join(store.read(file, 0, file.size_bytes or 0))


def test_an_adopted_file_shares_its_blocks_until_the_lab_changes_its_own(
    disk: Path, sandbox: Sandbox
) -> None:
    first = observations(sandbox.url, obs_collection="JWST", dataRights="PUBLIC")[0]
    row = next(row for row in products(sandbox.url, first["obsid"]) if row["dataURI"].endswith("_cal.fits"))
    body = sandbox.body(row["dataURI"])
    listed.note(pa.Table.from_pylist([row | {"size": len(body)}]))
    path = disk / "lab" / row["dataURI"].rsplit("/", 1)[-1]
    path.parent.mkdir()
    path.write_bytes(body)
    call_command("files", "adopt", str(path.parent), stdout=StringIO())
    stored = StoredFile.objects.get()
    assert is_shared(store.path_of(stored.key))
    with path.open("r+b") as theirs:
        theirs.write(b"X" * 80)
    assert content(stored) == body


def test_staged_files_share_their_blocks_and_are_no_hard_links(
    disk: Path, basket: Basket, alice: User, settings: Any
) -> None:
    settings.STAGING_DIR = str(disk / "staged")
    (disk / "staged").mkdir()
    known = laid_out(completed(bundle_of(basket, alice)), alice)
    assert known.phase == Phase.COMPLETED, known.error
    files = known.bundle.files.select_related("stored_file")
    assert files
    for file in files:
        path = disk / "staged" / "alice" / known.place / file.path
        assert (is_shared(path), path.stat().st_nlink) == (True, 1)
        path.chmod(0o600)
        whole = path.read_bytes()
        path.write_bytes(b"done to the staged one")
        assert content(file.stored_file) == whole
