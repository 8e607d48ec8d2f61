"""A backup's file: nobody else reads it, and what is no whole backup is said to be none."""

import io
import stat
import tarfile
from pathlib import Path

import pytest

from mastportal.embedded import backup_file
from mastportal.embedded.backup_file import About, NotABackup

ABOUT = About("sandbox", "0.4.0", "2026-11-23T12:00:00+00:00", with_store=False, files=0, bytes=0)
KEYS = {"SECRET_KEY": "s", "TOKEN_KEYS": "a,b"}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "portal.backup"
    with backup_file.written(path) as tar:
        backup_file.add_about(tar, ABOUT, KEYS)
        member = tarfile.TarInfo(backup_file.DATABASE)
        member.size = 100_000
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    return path


def about_in(path: Path) -> tuple[About, dict[str, str]]:
    with backup_file.opened(path) as tar:
        return backup_file.take_about(tar)


def test_only_its_owner_reads_it_and_it_says_what_it_is_of(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert about_in(backup) == (ABOUT, KEYS)
    backup_file.check_whole(backup)


def test_one_that_broke_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError), backup_file.written(tmp_path / "b") as tar:
        backup_file.add_json(tar, "keys.json", {"no": object()})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bytes_kept", [0, 10, 512, 3000, 60_000, 103_000])
def test_what_is_cut_off_is_not_whole(backup: Path, bytes_kept: int) -> None:
    backup.write_bytes(backup.read_bytes()[:bytes_kept])
    with pytest.raises(NotABackup):
        backup_file.check_whole(backup)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"backup.json": b"{}"},
        {"backup.json": b"[]", "keys.json": b"{}"},
        {"backup.json": b"no json", "keys.json": b"{}"},
        {"backup.json": b'{"format": 2}', "keys.json": b"{}"},
        {"backup.json": b'{"format": 1, "strange": 1}', "keys.json": b"{}"},
        {"keys.json": b"{}", "backup.json": b"{}"},
        {"../backup.json": b"{}"},
    ],
    ids=["empty", "no-keys", "list", "no-json", "later", "strange", "order", "outside"],
)
def test_what_is_no_backup_is_said(tmp_path: Path, members: dict[str, bytes]) -> None:
    path = tmp_path / "some.tar"
    with tarfile.open(path, "w") as tar:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    with pytest.raises(NotABackup):
        about_in(path)


def test_other_files_and_none_are_said(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no tar")
    for name in ("text", "missing", "."):
        with pytest.raises(NotABackup):
            about_in(tmp_path / name)
