"""What is made ready before the web server starts: again when a source changed, never for nothing."""

import os
from pathlib import Path

import pytest

from mastportal.embedded import prepare
from mastportal.embedded.checks import addresses_in_locks
from mastportal.embedded.state import CHECKOUT, StartError, State


class Work:
    """Counts how often it was done; fails where told to."""

    def __init__(self) -> None:
        self.done = 0
        self.fails = False

    def __call__(self) -> None:
        self.done += 1
        if self.fails:
            raise StartError("it did not work")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.at(tmp_path / "data")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.css").write_text("a")
    (folder / "inner" / "b.css").write_text("b")
    return folder


def times(state: State, sources: Path, work: Work) -> int:
    prepare._when_changed(state, "made", [sources], work)
    return work.done


def test_nothing_is_done_twice(state: State, sources: Path) -> None:
    work = Work()
    assert [times(state, sources, work) for _ in range(3)] == [1, 1, 1]


def change_content(folder: Path) -> None:
    (folder / "inner" / "b.css").write_text("c")


def add(folder: Path) -> None:
    (folder / "inner" / "c.css").write_text("")


def remove(folder: Path) -> None:
    (folder / "a.css").unlink()


def rename(folder: Path) -> None:
    (folder / "a.css").rename(folder / "z.css")


@pytest.mark.parametrize("change", [change_content, add, remove, rename])
def test_any_change_below_has_it_done_again(state: State, sources: Path, change) -> None:
    work = Work()
    times(state, sources, work)
    change(sources)
    assert [times(state, sources, work) for _ in range(2)] == [2, 2]


def test_a_touched_file_is_no_change(state: State, sources: Path) -> None:
    work = Work()
    times(state, sources, work)
    os.utime(sources / "a.css", (1, 1))
    assert times(state, sources, work) == 1


def test_what_failed_is_tried_again_at_the_next_start(state: State, sources: Path) -> None:
    work = Work()
    work.fails = True
    with pytest.raises(StartError):
        times(state, sources, work)
    work.fails = False
    assert times(state, sources, work) == 2


def test_each_folder_remembers_for_itself(tmp_path: Path, sources: Path) -> None:
    work = Work()
    for name in ("one", "other"):
        times(State.at(tmp_path / name), sources, work)
    assert work.done == 2


def test_a_command_that_fails_shows_its_last_lines() -> None:
    with pytest.raises(StartError, match="'manage no_such_command' failed") as caught:
        prepare.manage({"SECRET_KEY": "x", **os.environ}, "no_such_command")
    assert 1 <= len(str(caught.value).splitlines()[1:]) <= 8


def test_static_sources_are_there() -> None:
    assert [name for name in prepare.STATIC_SOURCES if not (CHECKOUT / name).exists()] == []


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("requirements/base.txt", "a==1 --hash=sha256:0\n", 0),
        ("requirements/base.txt", "--index-url https://mirror.example/simple\n", 1),
        ("package-lock.json", '{"resolved": "https://mirror.example/a.tgz", "b": "http://x.example/b"}', 2),
        (".npmrc", "registry=https://mirror.example/\n", 1),
        ("README.md", "https://example.org", 0),
    ],
)
def test_lock_files_that_name_a_host_are_found(tmp_path: Path, name: str, text: str, count: int) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    found = addresses_in_locks(tmp_path)
    assert len(found) == count
    assert all(each.startswith(f"{name}: http") for each in found)


def test_our_own_lock_files_name_none() -> None:
    assert addresses_in_locks(CHECKOUT) == []
