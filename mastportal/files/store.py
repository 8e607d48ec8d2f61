"""Owns where stored bytes lie and the one way to read them. Imports no archive client."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection

from mastportal.files.models import StoredFile
from mastportal.files.reflink import reflink
from mastportal.mast.partial import PARTIAL_SUFFIX

PIECE_BYTES = 1 << 20
KEYS_AT_ONCE = 1000
QUARANTINE = "quarantine"


class StoredFileChanged(Exception):
    """The file on disk is not, or no longer, the one that was stored under its key."""


def path_of(key: str) -> Path:
    """Where the bytes of a key lie; the key is the portal's own, never a name from outside."""
    return Path(settings.STORE_DIR) / key[:2] / key[2:4] / key


def place(key: str) -> Path:
    """`path_of` with its folders made."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def free_bytes() -> int:
    Path(settings.STORE_DIR).mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.STORE_DIR).free


def disk_bytes() -> int:
    """How much the store's disk holds, empty."""
    Path(settings.STORE_DIR).mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.STORE_DIR).total


def facts_of(key: str) -> dict[str, int]:
    """Size, time and inode of a file just stored, as its row keeps them."""
    return seen_as(path_of(key))


def seen_as(path: Path) -> dict[str, int]:
    """The same of a file that is not stored yet; of a link, what it leads to."""
    seen = path.stat()
    return {"size_bytes": seen.st_size, "mtime_ns": seen.st_mtime_ns, "inode": seen.st_ino}


def check(file: StoredFile) -> None:
    """Raises StoredFileChanged when the file is gone or another than the one stored."""
    os.close(_open(file))


def is_as_stored(file: StoredFile) -> bool:
    """Whether `check` finds nothing wrong."""
    try:
        check(file)
    except StoredFileChanged:
        return False
    return True


def read(file: StoredFile, start: int, stop: int) -> Iterator[bytes]:
    """Bytes start..stop in pieces of 1 MiB, opened with the first one. Raises StoredFileChanged."""
    descriptor = _open(file)
    try:
        while start < stop:
            piece = os.pread(descriptor, min(PIECE_BYTES, stop - start), start)
            if not piece:
                raise StoredFileChanged(f"{file} became shorter while it was read.")
            start += len(piece)
            yield piece
    finally:
        os.close(descriptor)


def clone(file: StoredFile, target: int) -> bool:
    """Reflink a stored file into an open empty one, where that can be done. Raises StoredFileChanged."""
    descriptor = _open(file)
    try:
        return reflink(descriptor, target)
    finally:
        os.close(descriptor)


def reader(keys: Iterable[str]) -> Callable[[str, int, int], Iterator[bytes]]:
    """A function (key, start, stop) that reads stored files, asked for in the order of `keys`.

    Their rows are loaded a thousand at a time and the database connection given back in between, so a
    long stream neither holds one nor keeps many rows.
    """
    known: dict[str, StoredFile] = {}
    coming = iter(keys)

    def read_key(key: str, start: int, stop: int) -> Iterator[bytes]:
        if key not in known:
            known.clear()
            known.update(_rows({key, *islice(coming, KEYS_AT_ONCE)}))
        if key not in known:
            raise StoredFileChanged(f"The store no longer has the file {key}.")
        return read(known[key], start, stop)

    return read_key


def _rows(keys: set[str]) -> dict[str, StoredFile]:
    found = StoredFile.objects.filter(key__in=keys).only(
        "key", "data_uri", "version", "size_bytes", "mtime_ns", "inode", "linked"
    )
    rows = {file.key: file for file in found}
    give_back_connection()
    return rows


def give_back_connection() -> None:
    """Let the database connection go before a long stream; inside a transaction there is none to give."""
    if not connection.in_atomic_block:
        connection.close()


def remove(key: str) -> None:
    path_of(key).unlink(missing_ok=True)


def quarantine(key: str) -> bool:
    """Take a file that rotted out of the way, to be looked at; its key's place is free then.

    Whether there was one.
    """
    aside = Path(settings.STORE_DIR) / QUARANTINE / key
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        path_of(key).replace(aside)
    except FileNotFoundError:
        return False
    return True


def share(from_key: str, to_key: str) -> None:
    """The same bytes under a second key; they go when both have gone."""
    aside = place(to_key).with_name(f"{to_key}.{from_key}{PARTIAL_SUFFIX}")
    aside.unlink(missing_ok=True)
    os.link(path_of(from_key), aside, follow_symlinks=False)
    aside.replace(path_of(to_key))
    aside.unlink(missing_ok=True)  # two names of one file are not replaced


def _open(file: StoredFile) -> int:
    follow = 0 if file.linked else os.O_NOFOLLOW
    try:
        descriptor = os.open(path_of(file.key), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | follow)
    except OSError as error:
        raise StoredFileChanged(f"{file} cannot be opened in the store ({error.strerror}).") from error
    seen = os.fstat(descriptor)
    inode = int(file.inode) if file.inode is not None else None
    if (seen.st_size, seen.st_mtime_ns, seen.st_ino) != (file.size_bytes, file.mtime_ns, inode):
        os.close(descriptor)
        raise StoredFileChanged(f"{file} was changed on disk after it was stored.")
    return descriptor
