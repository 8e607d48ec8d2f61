"""Owns the look at each member before anything is downloaded: whether it is to be had, and its header.

A file in the store is read there; of any other the archive is asked for the first bytes, several at once.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from django.contrib.auth.models import User

from accounts import token_checks
from accounts.archive import archive
from accounts.refusal import refusal
from mastportal.files import entitlement, fetching, store
from mastportal.files.facts import header_in
from mastportal.files.models import StoredFile
from mastportal.mast import transfer
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.errors import ArchiveError, NotFound, Refused

ASKED_AT_ONCE = 8
MOST_ASKED = 5_000
# A primary header of JWST takes 5 to 12 blocks of 2880 bytes.
HEADER_BYTES = 16 * 2880


class _Keywords(frozenset[str]):
    """The keywords that say what else a file needs; those of reference files begin with R_."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or str(word).startswith("R_")


KEYWORDS = _Keywords({"MSAMETFL", "CRDS_CTX", "CAL_VER"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a file: its header's words, or the reason why it is not to be had."""

    header: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def look(rows: Mapping[str, dict[str, Any]], user: User, beat: Callable[[], None]) -> dict[str, Seen]:
    """By name what was seen of each file; of those left out, when the archive is slow or there are too many,
    nothing is known. Not to be called inside a transaction."""
    uris = {name: str(row["dataURI"]) for name, row in rows.items()}
    held = {file.data_uri: file for file in _readable(uris.values(), user)}
    seen = {name: Seen(_kept(held[uri])) for name, uri in uris.items() if uri in held}
    to_ask = [(name, rows[name]) for name in sorted(uris.keys() - seen.keys())][:MOST_ASKED]
    asking = _Asking(archive(), token_checks.credential(user))
    with ThreadPoolExecutor(ASKED_AT_ONCE, "members") as pool:
        for (name, _), found in zip(to_ask, pool.map(asking.of, [row for _, row in to_ask]), strict=True):
            beat()
            if found is not None:
                seen[name] = found
    return seen


def _readable(uris: Iterable[str], user: User) -> list[StoredFile]:
    return [file for file in fetching.held(uris).values() if entitlement.may_have(user, file)]


def _kept(file: StoredFile) -> dict[str, str]:
    try:
        return _header(b"".join(store.read(file, 0, min(file.size_bytes or 0, HEADER_BYTES))))
    except store.StoredFileChanged:
        return {}


def _header(content: bytes) -> dict[str, str]:
    return header_in(io.BytesIO(content), KEYWORDS) if content.startswith(b"SIMPLE") else {}


class _Asking:
    """Asks the archive; once it proves out of order, no more. Used from several threads."""

    def __init__(self, asked: Archive, credential: Credential | None) -> None:
        self._archive, self._credential, self._down = asked, credential, Event()

    def of(self, row: dict[str, Any]) -> Seen | None:
        if self._down.is_set():
            return None
        try:
            return self._first_as_anybody(row)
        except NotFound as error:
            return Seen(reason=str(error))
        except Refused:
            return Seen(reason=refusal(str(row["proposal_id"] or "") or None, None).sentence)
        except ArchiveError as error:
            if error.retryable:
                self._down.set()
            return None

    def _first_as_anybody(self, row: dict[str, Any]) -> Seen:
        try:
            return self._ask(row, None)
        except Refused:
            if self._credential is None:
                raise
            return self._ask(row, self._credential)

    def _ask(self, row: dict[str, Any], credential: Credential | None) -> Seen:
        uri = str(row["dataURI"])
        if uri.endswith(".fits"):
            return Seen(_header(transfer.beginning(self._archive, uri, HEADER_BYTES, credential)))
        if not transfer.may_fetch(self._archive, uri, credential):
            raise Refused(f"{uri} is exclusive.")
        return Seen()
