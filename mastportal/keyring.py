"""Owns the keys that seal secrets, newest first: read again when their file changes, so that nobody restarts.

Seals nothing; the settings' own keys count where there is no file.
"""

import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from mastportal.durable import take_name

NAME = "TOKEN_KEYS"
_read: dict[str, tuple[tuple[int, int, int], list[str]]] = {}


class CannotChange(Exception):
    """The keys are not kept where we may write; the sentence says what to do."""


def fernet() -> MultiFernet:
    """Opens with any of the keys, closes with the newest."""
    return MultiFernet([Fernet(key) for key in keys()])


def keys() -> list[str]:
    """The keys as they are now, newest first."""
    kept_in = settings.TOKEN_KEYS_KEPT_IN
    if not kept_in:
        return list(settings.TOKEN_KEYS)
    try:
        status = Path(kept_in).stat()
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if kept_in not in _read or _read[kept_in][0] != seen:
            _read[kept_in] = seen, _words(Path(kept_in).read_text())
    except (OSError, ValueError):  # being replaced, or gone: those that were there last
        return _read[kept_in][1] if kept_in in _read else list(settings.TOKEN_KEYS)
    return _read[kept_in][1] or list(settings.TOKEN_KEYS)


def add_new() -> None:
    """A new key comes first; older ones still open. Raises CannotChange."""
    _keep([Fernet.generate_key().decode(), *keys()])


def keep_only(wanted: list[str]) -> None:
    """From now on these keys alone. Raises CannotChange."""
    _keep(wanted)


def _words(text: str) -> list[str]:
    """The keys of a file: a list with commas, or the JSON object that `./run` keeps its secrets in."""
    listed = json.loads(text)[NAME] if text.lstrip().startswith("{") else text
    return [part.strip() for part in str(listed).split(",") if part.strip()]


def _keep(wanted: list[str]) -> None:
    if not settings.TOKEN_KEYS_KEPT_IN:
        raise CannotChange(f"{NAME} comes from the environment: change it there, and start the portal again.")
    path = Path(settings.TOKEN_KEYS_KEPT_IN)
    try:
        old = path.read_text()
        listed = ",".join(wanted)
        is_json = old.lstrip().startswith("{")
        new = json.dumps(json.loads(old) | {NAME: listed}, indent=1) if is_json else f"{listed}\n"
        _replace(path, new)
    except OSError as error:
        raise CannotChange(
            f"{path} cannot be written ({error.strerror}): change the keys there by hand, newest first."
        ) from error


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, and for its owner only."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    take_name(temporary, path)
