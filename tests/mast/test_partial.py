"""The temporary file of a transfer: digests of exactly its bytes, gone or in place, never half."""

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.partial import PARTIAL_SUFFIX, Partial

pieces = st.lists(st.binary(max_size=40), max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


def written(folder, parts, *, with_md5=True):
    partial = Partial(folder / "file")
    for part in parts:
        partial.write(part, with_md5=with_md5)
    return partial


@given(pieces)
def test_digests_are_those_of_the_bytes_however_they_came(folder, parts):
    partial, whole = written(folder, parts), b"".join(parts)
    assert partial.path.read_bytes() == whole
    assert (partial.size_bytes, partial.crc32) == (len(whole), zlib.crc32(whole))
    assert partial.sha256 == hashlib.sha256(whole).hexdigest()
    assert partial.md5 == hashlib.md5(whole).hexdigest()
    partial.discard()


@given(pieces, pieces)
def test_after_a_restart_nothing_of_before_counts(folder, before, after):
    partial = written(folder, before)
    partial.restart()
    for part in after:
        partial.write(part, with_md5=True)
    fresh = written(folder, after)
    assert partial.path.read_bytes() == fresh.path.read_bytes()
    told = [(each.size_bytes, each.crc32, each.sha256, each.md5) for each in (partial, fresh)]
    assert told[0] == told[1]
    partial.discard()
    fresh.discard()


def test_md5_is_only_worked_out_where_it_is_wanted(folder):
    partial = written(folder, [b"abc"], with_md5=False)
    assert partial.md5 == hashlib.md5(b"").hexdigest()
    partial.discard()


def test_what_is_kept_takes_the_place_of_the_old_file(tmp_path):
    destination = tmp_path / "file"
    destination.write_bytes(b"old")
    written(tmp_path, [b"new"]).keep(destination)
    assert destination.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [destination]


def test_what_is_discarded_leaves_the_old_file(tmp_path):
    destination = tmp_path / "file"
    destination.write_bytes(b"old")
    written(tmp_path, [b"new"]).discard()
    assert destination.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [destination]


def test_discarding_after_keeping_removes_nothing(tmp_path):
    partial = written(tmp_path, [b"new"])
    partial.keep(tmp_path / "file")
    partial.discard()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_two_transfers_of_one_file_do_not_meet(tmp_path):
    one, other = written(tmp_path, [b"one"]), written(tmp_path, [b"other"])
    assert one.path != other.path
    assert {one.path.suffix, other.path.suffix} == {PARTIAL_SUFFIX}
    one.discard()
    assert other.path.read_bytes() == b"other"
    other.discard()
