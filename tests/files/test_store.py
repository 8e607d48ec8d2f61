"""Stored bytes are read by one door that notices when they are no longer what was stored."""

import os

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mastportal.files import store
from mastportal.files.models import StoredFile
from mastportal.files.store import PIECE_BYTES, StoredFileChanged
from mastportal.work import Phase

pytestmark = pytest.mark.django_db


def put(content: bytes, n: int = 1) -> StoredFile:
    key = f"{n:032x}"
    store.place(key).write_bytes(content)
    return StoredFile.objects.create(
        data_uri=f"mast:JWST/product/{n}.fits", key=key, phase=Phase.COMPLETED, **store.facts_of(key)
    )


def test_any_range_is_read_in_pieces_of_a_mebibyte():
    content = os.urandom(2 * PIECE_BYTES + 7)
    file = put(content)
    assert [len(piece) for piece in store.read(file, 0, len(content))] == [PIECE_BYTES, PIECE_BYTES, 7]
    assert b"".join(store.read(file, 5, PIECE_BYTES + 9)) == content[5 : PIECE_BYTES + 9]
    assert list(store.read(file, 3, 3)) == []


def test_keys_lie_in_folders_under_the_store(store_dir):
    assert store.path_of("abcdef") == store_dir / "ab" / "cd" / "abcdef"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"other content"),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: os.utime(path, ns=(1, 1)),
        lambda path: (path.rename(path.with_name("x")), path.write_bytes(b"content here")),
    ],
)
def test_a_file_that_is_not_the_stored_one_is_not_read(damage):
    file = put(b"content here")
    damage(store.path_of(file.key))
    with pytest.raises(StoredFileChanged):
        list(store.read(file, 0, 4))
    with pytest.raises(StoredFileChanged):
        store.check(file)


def test_a_file_cut_while_it_is_read_breaks_off():
    file = put(bytes(3 * PIECE_BYTES))
    pieces = store.read(file, 0, 3 * PIECE_BYTES)
    next(pieces)
    os.truncate(store.path_of(file.key), 10)
    with pytest.raises(StoredFileChanged, match="shorter"):
        list(pieces)


def test_a_reader_loads_the_rows_of_many_keys_at_once():
    files = [put(bytes([n]) * 10, n) for n in range(20)]
    keys = [file.key for file in files]
    read_key = store.reader(keys)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert [b"".join(read_key(key, 2, 4)) for key in keys] == [bytes([n]) * 2 for n in range(20)]
    assert len(queries) == 1


def test_a_reader_of_more_keys_than_it_keeps_still_reads_them_all(monkeypatch):
    files = [put(bytes([n]) * 10, n) for n in range(7)]
    monkeypatch.setattr(store, "KEYS_AT_ONCE", 3)
    read_key = store.reader(file.key for file in files)
    assert [b"".join(read_key(file.key, 0, 1)) for file in files] == [bytes([n]) for n in range(7)]


def test_a_reader_says_which_key_is_gone():
    with pytest.raises(StoredFileChanged, match="no longer has the file"):
        store.reader(["aabb"])("aabb", 0, 1)
