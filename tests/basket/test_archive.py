"""Zip and tar layouts against the readers people have: zipfile, tarfile, unzip, bsdtar."""

import hashlib
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from basket.archive import Entry, Layout, plan_tar, plan_zip
from tests.basket.archive_cases import MTIME, Shelf, mixed_entries, whole

PLANS = pytest.mark.parametrize("plan", [plan_zip, plan_tar])


@pytest.fixture
def shelf():
    return Shelf()


def content_of(entry: Entry, shelf: Shelf) -> bytes:
    return entry.content if isinstance(entry.content, bytes) else shelf.contents[entry.content]


def test_zipfile_reads_every_member_as_it_was(shelf):
    entries = mixed_entries(shelf)
    archive = zipfile.ZipFile(io.BytesIO(whole(plan_zip(entries), shelf)))
    assert archive.testzip() is None
    assert archive.namelist() == [entry.path for entry in entries]
    for entry in entries:
        assert archive.read(entry.path) == content_of(entry, shelf)


def test_tarfile_reads_every_member_as_it_was(shelf):
    entries = mixed_entries(shelf)
    with tarfile.open(fileobj=io.BytesIO(whole(plan_tar(entries), shelf))) as archive:
        assert archive.getnames() == [entry.path for entry in entries]
        for entry in entries:
            assert archive.extractfile(entry.path).read() == content_of(entry, shelf)


def test_unzip_and_bsdtar_accept_the_zip(shelf, tmp_path):
    path = tmp_path / "bundle.zip"
    path.write_bytes(whole(plan_zip(mixed_entries(shelf)), shelf))
    subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    subprocess.run(["bsdtar", "-tf", path], check=True, capture_output=True)


def test_bsdtar_unpacks_the_tar_with_the_same_bytes(shelf, tmp_path):
    entries = mixed_entries(shelf)
    (tmp_path / "bundle.tar").write_bytes(whole(plan_tar(entries), shelf))
    subprocess.run(["bsdtar", "-xf", tmp_path / "bundle.tar", "-C", tmp_path], check=True)
    for entry in entries:
        assert (tmp_path / entry.path).read_bytes() == content_of(entry, shelf)


def test_a_zip_member_has_the_time_and_rights_of_a_plain_file(shelf):
    layout = plan_zip([shelf.put("a.fits", b"x")])
    member = zipfile.ZipFile(io.BytesIO(whole(layout, shelf))).infolist()[0]
    assert member.date_time == (2026, 9, 21, 14, 13, 20)  # zip keeps even seconds
    assert member.external_attr >> 16 == 0o100644


@pytest.mark.parametrize(("mtime", "year"), [(0, 1980), (-5, 1980), (9e9, 2107)])
def test_times_a_zip_cannot_hold_are_brought_inside(shelf, mtime, year):
    layout = plan_zip([Entry.literal("a", b"x", mtime)])
    assert zipfile.ZipFile(io.BytesIO(whole(layout, shelf))).infolist()[0].date_time[0] == year


def test_an_archive_of_nothing_is_still_an_archive(shelf):
    assert zipfile.ZipFile(io.BytesIO(whole(plan_zip([]), shelf))).namelist() == []
    with tarfile.open(fileobj=io.BytesIO(whole(plan_tar([]), shelf))) as archive:
        assert archive.getnames() == []


@PLANS
def test_the_size_is_known_before_a_byte_is_read(plan, shelf):
    layout = plan(mixed_entries(shelf))
    assert shelf.asked == []
    assert layout.size == len(whole(layout, shelf))


@PLANS
def test_the_stored_form_gives_the_same_archive_and_etag(plan, shelf):
    layout = plan(mixed_entries(shelf))
    again = Layout.from_bytes(layout.to_bytes())
    assert (again.size, again.etag) == (layout.size, layout.etag)
    assert whole(again, shelf) == whole(layout, shelf)
    assert layout.etag == hashlib.sha256(layout.to_bytes()).hexdigest()


@PLANS
def test_planning_twice_is_the_same_plan(plan):
    one, two = Shelf(), Shelf()
    assert plan(mixed_entries(one)).etag == plan(mixed_entries(two)).etag


@PLANS
def test_other_stored_files_make_another_etag(plan):
    one, two = Entry("a", 1, 7, "", MTIME, "key-1"), Entry("a", 1, 7, "", MTIME, "key-2")
    assert plan([one]).etag != plan([two]).etag


@PLANS
def test_names_that_would_escape_or_clash_are_made_safe(plan, shelf, tmp_path: Path):
    names = ["../../etc/passwd", "/abs", "a\\..\\b", "dup.fits", "DUP.fits", "bell\x07", "VV 191 – été.fits"]
    layout = plan([Entry.literal(name, name.encode(), MTIME) for name in names])
    (tmp_path / "bundle").write_bytes(whole(layout, shelf))
    inside = tmp_path / "inside"
    inside.mkdir()
    subprocess.run(
        ["bsdtar", "-xf", tmp_path / "bundle", "-C", inside], check=True, env={"LC_ALL": "C.UTF-8"}
    )
    unpacked = [path for path in inside.rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in unpacked) == sorted(name.encode() for name in names)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "bundle", inside]


@pytest.mark.parametrize("stored", [b"", b"not a layout", b"ARROW1\0\0" + bytes(40)])
def test_what_is_no_layout_is_said_so(stored):
    with pytest.raises(ValueError):
        Layout.from_bytes(stored)
