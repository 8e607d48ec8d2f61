"""Parsed folders are kept."""

import os
from pathlib import Path

import pytest

from mastportal.sandbox.cached import open_folder
from tests.sandbox.holding_tables import write_csv

ROW = {"obs_collection": "JWST", "obs_id": "jw1", "s_ra": "10.5"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANDBOX_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    write_csv(tmp_path / "data" / "observations.csv", ROW)
    return tmp_path / "data"


def test_a_folder_is_parsed_once(folder: Path, tmp_path: Path) -> None:
    first, _ = open_folder(folder)
    [kept] = (tmp_path / "cache").iterdir()
    written = (kept / "observations.arrow").stat().st_mtime_ns
    again, _ = open_folder(folder)
    assert again.equals(first)
    assert (kept / "observations.arrow").stat().st_mtime_ns == written


def test_a_changed_folder_is_parsed_again(folder: Path) -> None:
    open_folder(folder)
    write_csv(folder / "observations.csv", ROW, {**ROW, "obs_id": "jw2"})
    table, _ = open_folder(folder)
    assert table.num_rows == 2


def test_a_touched_file_counts_as_changed(folder: Path, tmp_path: Path) -> None:
    open_folder(folder)
    os.utime(folder / "observations.csv", (1, 1))
    open_folder(folder)
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_repairs_are_remembered(folder: Path) -> None:
    _, first = open_folder(folder)
    _, again = open_folder(folder)
    assert (
        first.repairs
        == again.repairs
        == {
            "obs_id given": 0,
            "observations dropped as duplicates": 0,
            "obsid given": 1,
            "product parents given": 0,
        }
    )


def test_only_the_last_few_are_kept(folder: Path, tmp_path: Path) -> None:
    for moment in range(1, 8):
        os.utime(folder / "observations.csv", (moment, moment))
        open_folder(folder)
    assert len(list((tmp_path / "cache").iterdir())) == 4


def test_nothing_half_written_is_left(folder: Path, tmp_path: Path) -> None:
    open_folder(folder)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.name.startswith("new-")]
