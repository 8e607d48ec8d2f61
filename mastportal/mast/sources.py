"""Where a public file may come from while the archive is out of order: a mirror, a folder. Imports no Django.

The archive is always asked first. Nothing here sees a token, and nothing here says what is public: that is
the archive's to say. A mirror and a folder know nothing of versions either, so that what they give must be of
the size or the checksum that the archive, or its lists, said.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import ClassVar, Protocol
from urllib.parse import quote, urlsplit

from mastportal.mast import byte_request
from mastportal.mast.byte_answer import Answer, plain_errors
from mastportal.mast.byte_source import Source
from mastportal.mast.connection import Archive
from mastportal.mast.errors import NotFound

SCHEME = "mast:"
ARCHIVE = "archive"
# Opens the bytes: takes the headers that ask for the rest of a file, and what is called while one waits.
Ask = Callable[[Mapping[str, str], Callable[[], None]], AbstractContextManager[Answer]]


class Elsewhere(Protocol):
    """One further place for files; `origin` is the word by which it is noted."""

    @property
    def origin(self) -> str: ...

    def asked(self, archive: Archive, data_uri: str) -> Ask:
        """How this file is asked for there, by our manners to `archive`. Raises NotFound, Unavailable."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A server with the archive's files at `base_url`/JWST/product/…, open to everybody it is open to."""

    base_url: str
    origin: ClassVar[str] = "mirror"

    def asked(self, archive: Archive, data_uri: str) -> Ask:
        url = f"{self.base_url.rstrip('/')}/{quote(str(_path_of(data_uri)))}"
        hosts = frozenset(filter(None, [urlsplit(url).hostname]))
        return partial(byte_request.get, Source(data_uri, url, archive, hosts), None)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with files laid out as the archive's addresses, or all side by side; never written to."""

    path: Path
    origin: ClassVar[str] = "folder"

    def asked(self, archive: Archive, data_uri: str) -> Ask:
        path = _path_of(data_uri)
        for candidate in (self.path / path, self.path / path.name):
            with plain_errors():
                is_there = candidate.is_file()
            if is_there:
                return partial(_opened, candidate)
        raise NotFound(f"The folder has no file {path.name}.")


def _path_of(data_uri: str) -> PurePosixPath:
    """The relative path in a URI of the archive. Raises NotFound for one that leads anywhere else."""
    text = data_uri.removeprefix(SCHEME)
    parts = text.split("/")
    hostile = any(part in ("", ".", "..") for part in parts) or not text.isprintable() or "\\" in text
    if text == data_uri or hostile or len(os.fsencode(text)) > 1024:
        raise NotFound(f"{data_uri[:200]} is no path of the archive's files.")
    return PurePosixPath(*parts)


@contextmanager
def _opened(path: Path, headers: Mapping[str, str], beat: Callable[[], None]) -> Iterator[Answer]:
    """The whole file, whatever part was asked for."""
    with plain_errors():
        file = path.open("rb", buffering=0)
    with file:
        seen = os.fstat(file.fileno())
        if not stat.S_ISREG(seen.st_mode):
            raise NotFound(f"{path.name} is no file.")
        yield Answer(0, seen.st_size, "", "", file.read)
