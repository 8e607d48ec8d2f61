"""Owns the walk through a folder that is not ours: each file once, whatever links and names lie there."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISLNK, S_ISREG

# What the archive calls its products.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that is no folder; `why` says why it is not a file to look at, empty where it is one."""

    path: Path
    size_bytes: int = 0
    why: str = ""


def walk(folder: Path, apart: Path) -> Iterator[Found]:
    """All that lies under `folder`, save under `apart`. Links are not followed, so there is no way round."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(here, why=f"this folder cannot be read ({error.strerror})")
            continue
        folders = [Path(entry.path) for entry in inside if entry.is_dir(follow_symlinks=False)]
        waiting += [path for path in reversed(folders) if path != apart]
        yield from (_found(entry) for entry in inside if not entry.is_dir(follow_symlinks=False))


def _found(entry: os.DirEntry[str]) -> Found:
    path = Path(entry.path)
    try:
        seen = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Found(path, why=f"it cannot be looked at ({error.strerror})")
    if S_ISLNK(seen.st_mode):
        return Found(path, why="it is a symbolic link; only files themselves are taken")
    if not S_ISREG(seen.st_mode):
        return Found(path, why="it is no plain file")
    if not _NAME.fullmatch(entry.name):
        return Found(path, why="the archive gives no such names")
    return Found(path, seen.st_size)


def shown(path: Path) -> str:
    """A path as it may be printed: what is not printable is spelt out."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
