"""A lab's own folder: files that are what the archive has enter the store, and no others."""

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command

from accounts import tokens
from mastportal.files import cleaning, fetching, store, verifying
from mastportal.files.models import Access, Origin, StoredFile
from mastportal.files.room import used_bytes
from mastportal.search import listed
from tests.acceptance.journey import bodies_fetched
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN, observations, products

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.STORE_DIR = tmp_path / "store"


@pytest.fixture
def rows(sandbox: Sandbox) -> list[Row]:
    """Public FITS products that the archive has listed to the portal."""
    found = [row for row in _listed(sandbox, dataRights="PUBLIC") if row["dataRights"] == "PUBLIC"]
    assert len({row["size"] for row in found}) < len(found), "two of one length are wanted"
    return found


def _listed(sandbox: Sandbox, **filters: str) -> list[Row]:
    first = observations(sandbox.url, obs_collection="JWST", **filters)[0]
    found = [row for row in products(sandbox.url, first["obsid"]) if row["dataURI"].endswith(".fits")]
    listed.note(pa.Table.from_pylist(found))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    return tmp_path / "lab"


def name_of(row: Row) -> str:
    return str(row["dataURI"]).rsplit("/", 1)[-1]


def lay(folder: Path, row: Row, content: bytes) -> Path:
    path = folder / name_of(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def adopt(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("files", "adopt", str(folder), *options, stdout=out)
    return out.getvalue()


def entered() -> set[str]:
    return {file.name for file in StoredFile.objects.filter(origin=Origin.ADOPTED)}


def content(file: StoredFile) -> bytes:
    return b"".join(store.read(file, 0, file.size_bytes or 0))


def as_it_lies(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Everything in a folder by inode, size and time of change."""
    seen = {path: path.lstat() for path in folder.rglob("*")}
    return {path: (each.st_ino, each.st_size, each.st_ctime_ns) for path, each in seen.items()}


def as_of_before(content: bytes) -> bytes:
    """The product as an earlier pipeline would have made it, to the byte as long."""
    at = content.index(b"CAL_VER = '") + len(b"CAL_VER = '")
    return content[:at] + bytes([content[at] - 1]) + content[at + 1 :]


@pytest.fixture
def flipped(sandbox: Sandbox, rows: list[Row]) -> Iterator[tuple[Row, bytes]]:
    """A product with sums in its header, a bit of its data turned."""
    for row in rows:
        whole = bytearray(sandbox.body(row["dataURI"]))
        if b"DATASUM" in whole:
            whole[-2881] ^= 1
            yield row, bytes(whole)
            return
    raise AssertionError("no product has sums")


@pytest.mark.parametrize("way", [(), ("--link",)], ids=["copied", "linked"])
def test_only_the_right_ones_enter(
    rows: list[Row], folder: Path, sandbox: Sandbox, flipped: tuple[Row, bytes], way: tuple[str, ...]
) -> None:
    rows = [row for row in rows if row != flipped[0]]
    sizes = [row["size"] for row in rows]
    renamed = next(row for row in rows if sizes.count(row["size"]) > 1)
    twin = next(row for row in rows if row["size"] == renamed["size"] and row != renamed)
    right, also_right, truncated, older, same_length = [r for r in rows if r not in (renamed, twin)][:5]
    for row, place in ((right, folder), (also_right, folder / "deep" / "er")):
        lay(place, row, sandbox.body(row["dataURI"]))
    lay(folder, truncated, sandbox.body(truncated["dataURI"])[:-2880])
    lay(folder, renamed, sandbox.body(twin["dataURI"]))
    lay(folder, older, sandbox.body(older["dataURI"]))
    sandbox.replace(older["dataURI"])
    lay(folder, same_length, as_of_before(sandbox.body(same_length["dataURI"])))
    lay(folder, *flipped)
    outside = lay(folder.parent / "elsewhere", twin, sandbox.body(twin["dataURI"]))
    (folder / outside.name).symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "deep" / "pipe.fits").mkdir()
    os.mkfifo(folder / "deep" / "a.fits")
    for hostile in (b"<b>\n\x1b[31m.fits", b"\xff\xfe.fits", b"-rf.fits", b"' OR 1=1.fits"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + hostile)).write_bytes(b"x")
    (folder / "foreign.fits").write_bytes(bytes(2880))
    (folder / "notes.txt").write_text("ours")
    before = as_it_lies(folder)
    since = sandbox.mark()
    said = adopt(folder, *way)
    assert entered() == {name_of(right), name_of(also_right)}
    for row, why in (
        (truncated, "bytes, and the archive lists"),
        (renamed, "it was renamed"),
        (older, "bytes, and the archive's"),
        (same_length, "its header is another than the archive's"),
        (flipped[0], "it is damaged: "),
        (twin, "it is a symbolic link"),
    ):
        line = next(line for line in said.splitlines() if f"/{name_of(row)}:" in line)
        assert why in line, line
    for why in ("/a.fits: left out, it is no plain file", "foreign.fits: left out, no product list"):
        assert why in said
    assert said.count("the archive gives no such names") == 4
    assert "\x1b" not in said
    assert "\\n\\x1b[31m.fits" in said
    assert "2 entered" in said
    assert as_it_lies(folder) == before
    assert sum(entry["method"] == "GET" and entry["status"] == 200 for entry in sandbox.log(since)) == 0
    assert "2 already here" in adopt(folder, *way)
    assert not list(folder.parent.glob("store/??/??/*.part"))


def test_an_adopted_file_is_restricted_until_the_archive_gives_it_to_anybody(
    rows: list[Row], folder: Path, sandbox: Sandbox, bob: Any
) -> None:
    lay(folder, rows[0], whole := sandbox.body(rows[0]["dataURI"]))
    adopt(folder)
    (stored,) = StoredFile.objects.all()
    assert (stored.access, stored.origin, stored.linked) == (Access.RESTRICTED, Origin.ADOPTED, False)
    assert stored.cal_ver
    since = sandbox.mark()
    taken = fetching.obtain(
        rows[0]["dataURI"], user=bob, programme="1", release_mjd=None, size_bytes=rows[0]["size"]
    )
    assert (taken.pk, taken.access) == (stored.pk, Access.PUBLIC)
    assert content(taken) == whole
    assert bodies_fetched(sandbox, since) == []


def test_an_exclusive_file_enters_only_compared_by_a_token_that_opens_it(
    folder: Path, sandbox: Sandbox, alice: Any
) -> None:
    programme = next(each["programs"] for each in sandbox.tokens() if each["token"] == ALICE_TOKEN)
    rows = next(
        found
        for number in programme
        if observations(sandbox.url, obs_collection="JWST", proposal_id=number, dataRights="EXCLUSIVE_ACCESS")
        and (found := _listed(sandbox, proposal_id=number, dataRights="EXCLUSIVE_ACCESS"))
    )
    row = next(row for row in rows if row["dataRights"] != "PUBLIC" and row["proposal_id"] in programme)
    lay(folder, row, sandbox.body(row["dataURI"], ALICE_TOKEN))
    assert "only with a token that opens it" in adopt(folder)
    with pytest.raises(CommandError, match="No MAST token"):
        adopt(folder, "--token-of", "alice")
    tokens.store(alice, ALICE_TOKEN)
    assert "1 entered" in adopt(folder, "--token-of", "alice", "--group", "Demo group")
    assert StoredFile.objects.get().access == Access.RESTRICTED
    assert StoredFile.objects.get().group.name == "Demo group"


def test_a_linked_file_takes_no_room_and_is_looked_at_whenever_it_is_opened(
    rows: list[Row], folder: Path, sandbox: Sandbox
) -> None:
    path = lay(folder, rows[0], whole := sandbox.body(rows[0]["dataURI"]))
    adopt(folder, "--link")
    (stored,) = StoredFile.objects.all()
    assert stored.linked
    assert (used_bytes(), cleaning.make_room(1)) == (0, 0)
    assert content(stored) == whole
    os.utime(path, (1, 1))
    with pytest.raises(store.StoredFileChanged):
        content(stored)
    os.utime(path, ns=(stored.mtime_ns, stored.mtime_ns))
    assert content(stored) == whole
    path.unlink()
    StoredFile.objects.update(fetched_at=None, created_at="2026-01-01T00:00Z")
    assert [checked.outcome.name for checked in verifying.verify()] == ["SET_ASIDE"]


def test_a_link_in_the_store_that_nobody_adopted_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    key = "e" * 32
    store.place(key).symlink_to(tmp_path / "secret")
    file = StoredFile.objects.create(data_uri="mast:x", key=key, **store.facts_of(key))
    with pytest.raises(store.StoredFileChanged):
        content(file)


def test_a_folder_of_the_store_or_none_is_refused(tmp_path: Path) -> None:
    for folder in (store.place("ab" * 16).parent, tmp_path / "none"):
        with pytest.raises(CommandError):
            adopt(folder)
    with pytest.raises(CommandError, match="no research group"):
        adopt(tmp_path, "--group", "none")
