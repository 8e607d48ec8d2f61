"""A finished file takes its name with its bytes already on the disk."""

from pathlib import Path

import pytest

from mastportal.durable import take_name
from tests.disks import NOT_ON_DISK_YET, extent_flags


def in_memory_only(path: Path) -> bool:
    """Whether some of the file's bytes have no place on the disk yet. Raises OSError where nobody tells."""
    return any(flags & NOT_ON_DISK_YET for flags in extent_flags(path))


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    path = tmp_path / "finished.part"
    path.write_bytes(bytes(range(256)) * 4096)
    return path


def test_it_lies_under_its_name_only(aside: Path) -> None:
    place = aside.with_name("finished")
    place.write_bytes(b"older")
    take_name(aside, place)
    assert (place.stat().st_size, [each.name for each in aside.parent.iterdir()]) == (1 << 20, ["finished"])


def test_its_bytes_are_on_the_disk(aside: Path) -> None:
    try:
        told = in_memory_only(aside)
    except OSError:
        told = False
    if not told:
        pytest.skip("the file system here does not tell which bytes are in memory only")
    take_name(aside, aside.with_name("finished"))
    assert not in_memory_only(aside.with_name("finished"))


def test_a_file_that_is_gone_leaves_the_older_one(aside: Path) -> None:
    place = aside.with_name("finished")
    place.write_bytes(b"older")
    aside.unlink()
    with pytest.raises(FileNotFoundError):
        take_name(aside, place)
    assert place.read_bytes() == b"older"
