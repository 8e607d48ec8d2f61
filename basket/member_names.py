"""Names of archive members that unpack safely anywhere: no escape, no control characters, no two alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

COMPONENT_BYTES = 200
COMPONENTS = 6
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_path(path: str) -> str:
    """The path without what could leave the folder, confuse a terminal or fail on another system."""
    parts = [_safe_component(part) for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if len(parts) > COMPONENTS:
        parts = parts[:2] + parts[2 - COMPONENTS :]
    return "/".join(parts) or "_"


def safe_paths(paths: Iterable[str]) -> list[str]:
    """Safe paths in the same order, each different also where case is ignored.

    A path that was taken gets `-2`, `-3` ... before its extension; safe paths come back unchanged.
    """
    taken: set[str] = set()
    folders: set[str] = set()
    last_number: dict[str, int] = {}
    result = []
    for path in paths:
        name = wanted = safe_path(path)
        number = last_number.get(wanted.casefold(), 1)
        while name.casefold() in taken or name.casefold() in folders or _under_a_file(name, taken):
            number += 1
            name = _numbered(wanted, number, taken)
        last_number[wanted.casefold()] = number
        taken.add(name.casefold())
        folders.update(_folders(name))
        result.append(name)
    return result


def _safe_component(part: str) -> str:
    part = unicodedata.normalize("NFC", part)
    part = "".join(
        "_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co") else c for c in part
    )
    part = _FORBIDDEN.sub("_", part).rstrip(". ").lstrip(" ")
    if not part:
        return "_"
    if part.startswith("-") or _RESERVED.match(part):
        part = "_" + part
    return _shortened(part)


def _shortened(part: str) -> str:
    encoded = part.encode()
    if len(encoded) <= COMPONENT_BYTES:
        return part
    mark = hashlib.sha256(encoded).hexdigest()[:8]
    head, tail = encoded[:120].decode(errors="ignore"), encoded[-60:].decode(errors="ignore")
    return unicodedata.normalize("NFC", f"{head}~{mark}~{tail}")


def _folders(name: str) -> Iterable[str]:
    parts = name.casefold().split("/")[:-1]
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))


def _under_a_file(name: str, taken: set[str]) -> bool:
    return any(folder in taken for folder in _folders(name))


def _numbered(wanted: str, number: int, taken: set[str]) -> str:
    if _under_a_file(wanted, taken):
        first, _, rest = wanted.partition("/")
        return f"{first}-{number}/{rest}"
    folder, slash, name = wanted.rpartition("/")
    stem, dot, extension = name.partition(".") if not name.startswith(".") else (name, "", "")
    return f"{folder}{slash}{stem}-{number}{dot}{extension}"
