"""Owns the layout of a backup: one tar, mode 600, of what it is, the keys, the database, perhaps the store.

Read without Django: the keys are needed before it starts.
"""

import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mastportal.durable import take_name

FORMAT = 1
ABOUT, KEYS, DATABASE, STORE, END = "backup.json", "keys.json", "database.dump", "store/", "end.json"
STORE_KEY = re.compile(r"[0-9a-f]{32,64}")
MOST_JSON_BYTES = 1 << 20


class NotABackup(Exception):
    """The file is no backup of a portal, or of one that this one does not understand; a plain sentence."""


@dataclass(frozen=True)
class About:
    """What a backup is of: `archive` is `sandbox` or the archive's address; bytes are those of the store."""

    archive: str
    version: str
    made_at: str
    with_store: bool
    files: int
    bytes: int
    format: int = FORMAT


@contextmanager
def written(path: Path) -> Iterator[tarfile.TarFile]:
    """A new backup, under its name once it is whole; nobody else ever reads it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            yield tar
            add_json(tar, END, {})
        take_name(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def add_json(tar: tarfile.TarFile, name: str, value: Any) -> None:
    body = json.dumps(value, indent=1).encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(body), 0o600
    tar.addfile(member, io.BytesIO(body))


def add_about(tar: tarfile.TarFile, about: About, keys: dict[str, str]) -> None:
    """The first two parts, which are read before all others."""
    add_json(tar, ABOUT, asdict(about))
    add_json(tar, KEYS, keys)


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """A backup, to take its parts in their order. Raises NotABackup."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            yield tar
    except (OSError, tarfile.TarError, EOFError) as error:
        raise NotABackup(f"{path} cannot be read as a backup: {error}") from error


def check_whole(path: Path) -> None:
    """Read all of it, to its last part, before anything is done with it. Raises NotABackup."""
    last = ""
    with opened(path) as tar:
        while (member := tar.next()) is not None:
            last = member.name
    if last != END:
        raise NotABackup(f"{path} is not whole: its end is missing.")


def take_about(tar: tarfile.TarFile) -> tuple[About, dict[str, str]]:
    """What it is of, and the keys SECRET_KEY and TOKEN_KEYS. Raises NotABackup."""
    told, keys = _json(tar, ABOUT), _json(tar, KEYS)
    if told.get("format") != FORMAT:
        raise NotABackup(f"This backup has the format {told.get('format')}, and this portal reads {FORMAT}.")
    try:
        return About(**told), {name: str(keys[name]) for name in ("SECRET_KEY", "TOKEN_KEYS")}
    except (TypeError, KeyError) as error:
        raise NotABackup(f"This backup does not say what it is of: {error}.") from error


def _json(tar: tarfile.TarFile, name: str) -> dict[str, Any]:
    member = tar.next()
    if member is None or member.name != name or not member.isfile() or member.size > MOST_JSON_BYTES:
        raise NotABackup(f"This is not a backup of a portal: {name} is not where it belongs.")
    body = tar.extractfile(member)
    try:
        value = json.loads(body.read()) if body is not None else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise NotABackup(f"This backup is damaged: {name} cannot be read.")
    return value
