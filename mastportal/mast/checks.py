"""Whether a fetched file is what its name says: FITS, JSON, image, not a page of HTML. Imports no Django."""

import gzip
import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from mastportal.mast.errors import Unavailable
from mastportal.mast.fits_structure import NotFits, check_fits
from mastportal.mast.image_structure import check_jpeg, check_png
from mastportal.mast.traffic import nobody_waits

HEAD_BYTES = 512
# Parsed JSON takes many times its size in memory; associations, the longest that matter, have a few MB.
PARSED_JSON_BYTES = 16 << 20


class Broken(Unavailable):
    """The bytes came in full and are still not the file that was asked for."""


class _Beating(io.FileIO):
    """A file that tells whoever waits for it when it is read from: a large one takes minutes."""

    def __init__(self, path: Path, beat: Callable[[], None]) -> None:
        super().__init__(path)
        self._beat = beat

    def readinto(self, buffer: Any, /) -> int | None:
        self._beat()
        return super().readinto(buffer)


def check_structure(path: Path, name: str, beat: Callable[[], None] = nobody_waits) -> None:
    """Check the file at `path` by the kind its product `name` tells. Raises Broken, and what `beat` does.

    `beat` is called again and again meanwhile.
    """
    size = path.stat().st_size
    suffix = PurePosixPath(name).suffix.lower()
    with io.BufferedReader(_Beating(path, beat)) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        if suffix not in (".html", ".htm") and looks_like_html(head):
            raise Broken(f"The archive sent a web page instead of {name}.")
        try:
            _CHECKS.get(suffix, _anything)(file, size)
        except ValueError as error:
            raise Broken(f"The archive sent a broken {name}: {error}.") from None


def looks_like_html(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _anything(file: BinaryIO, size: int) -> None:
    """Text, catalogues and what else there is: nothing to be told from the bytes."""


def _gzip(file: BinaryIO, size: int) -> None:
    """Read to the end, where gzip keeps its own CRC-32."""
    try:
        with gzip.open(file) as unpacked:
            while unpacked.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"its compression is damaged ({error})") from None


def _json(file: BinaryIO, size: int) -> None:
    if size > PARSED_JSON_BYTES:
        file.seek(size - HEAD_BYTES)
        if not file.read().rstrip().endswith((b"}", b"]")):
            raise ValueError("its JSON has no end")
        return
    try:
        json.load(file)
    except UnicodeDecodeError:
        raise ValueError("it is not text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"its JSON breaks at line {error.lineno}") from None
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None


_CHECKS: dict[str, Callable[[BinaryIO, int], None]] = {
    ".fits": check_fits,
    ".gz": _gzip,
    ".json": _json,
    ".jpg": check_jpeg,
    ".jpeg": check_jpeg,
    ".png": check_png,
}
__all__ = ["Broken", "NotFits", "check_structure", "looks_like_html"]
