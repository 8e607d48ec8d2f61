"""One dataURI to one verified local file: the one door for bytes. Imports no astroquery and no Django."""

import functools
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import stamina

from mastportal.mast import byte_request
from mastportal.mast.byte_request import Head
from mastportal.mast.byte_source import Remote, source_of
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.download import (
    LONGEST_WAIT_S,
    SAME_BROKEN_COPIES,
    Download,
    SizeDiffers,
    StaysBroken,
    Transferred,
    Wanted,
    again,
)
from mastportal.mast.errors import ArchiveError, NotFound, TimedOut, Unavailable
from mastportal.mast.partial import PARTIAL_SUFFIX, Partial
from mastportal.mast.sources import ARCHIVE, Ask, Elsewhere, Folder, Mirror
from mastportal.mast.traffic import nobody_waits

logger = logging.getLogger(__name__)
ATTEMPTS = 5


def fetch(
    archive: Archive,
    data_uri: str,
    destination: Path,
    *,
    credential: Credential | None = None,
    expected_size_bytes: int | None = None,
    size_is_advice: bool = False,
    expected_md5: str | None = None,
    md5_applies: Callable[[Path], bool] | None = None,
    on_progress: Callable[[int], None] | None = None,
    allowed_hosts: Collection[str] = (),
    attempts: int = ATTEMPTS,
    sources: Sequence[Elsewhere] = (),
    known_public: bool = False,
) -> Transferred:
    """Bring one product to `destination`, whole and verified, or raise and leave nothing there.

    `on_progress` gets the bytes held so far with every piece and before every attempt; what it raises
    ends the transfer. Unavailable and TimedOut are tried again here, continued by Range where the
    server proves that the product is still the same. Raises SizeDiffers (before any byte is read) when
    the archive's own length is not `expected_size_bytes`, Remote, Refused, NotFound, Unavailable, TimedOut.
    With `size_is_advice` the archive's own length counts, and the expected one only where it gives none:
    product lists lag behind reprocessing. So do keyword rows: `md5_applies` is asked of the whole copy, not
    kept yet, whether `expected_md5` is meant for it.

    Where the archive is out of order, `sources` are tried in turn; never with a credential, and never after
    the archive refused. What they give counts as public only where the archive had begun just now to give a
    file of that length to nobody in particular, or gave one earlier (`known_public`).
    """
    source = source_of(archive, data_uri, allowed_hosts)
    wanted = Wanted(expected_size_bytes, size_is_advice, expected_md5, md5_applies)
    partial = Partial(destination)

    def download(ask: Ask, wanted: Wanted) -> Download:
        partial.restart()
        return Download(source.name, ask, archive, partial, wanted, on_progress, attempts)

    try:
        first, origin = download(functools.partial(byte_request.get, source, credential), wanted), ARCHIVE
        try:
            first.run()
        except (Unavailable, TimedOut, StaysBroken) as error:
            binding = _binding(wanted, first.total_bytes)
            if credential is not None or binding is None:
                raise
            origin = _from_elsewhere(archive, data_uri, sources, lambda ask: download(ask, binding), error)
        partial.keep(destination)
        return _transferred(first, origin, is_public=credential is None, known_public=known_public)
    finally:
        partial.discard()


def _binding(wanted: Wanted, announced_bytes: int | None) -> Wanted | None:
    """What a copy from elsewhere must be exactly; None where nothing is known to compare it with."""
    size_bytes = announced_bytes if announced_bytes is not None else wanted.size_bytes
    if size_bytes is None and wanted.md5 is None:
        return None
    return replace(wanted, size_bytes=size_bytes, size_is_advice=False, md5_applies=None)


def _from_elsewhere(
    archive: Archive,
    data_uri: str,
    sources: Sequence[Elsewhere],
    download: Callable[[Ask], Download],
    error: ArchiveError,
) -> str:
    """The origin of the first copy that is as it must be. Raises `error`, the archive's, without any."""
    for source in sources:
        try:
            download(source.asked(archive, data_uri)).run()
        except ArchiveError as why:
            logger.info("%s: no copy of %r: %s", source.origin, data_uri, why)
        else:
            return source.origin
    raise error


def _transferred(first: Download, origin: str, *, is_public: bool, known_public: bool) -> Transferred:
    partial, is_archives = first.partial, origin == ARCHIVE
    return Transferred(
        size_bytes=partial.size_bytes,
        crc32=partial.crc32,
        sha256=partial.sha256,
        etag=first.etag if is_archives else "",
        last_modified=first.last_modified if is_archives else "",
        was_public=is_public and (is_archives or known_public or first.total_bytes is not None),
        md5=partial.md5 if first.wanted.md5 is not None else "",
        origin=origin,
    )


def may_fetch(archive: Archive, data_uri: str, credential: Credential | None = None) -> bool:
    """Whether the archive would give this file now, to this token or to anybody; no byte of it is read.

    Raises NotFound, Unavailable, TimedOut.
    """
    seen = announced(archive, data_uri, credential)
    if seen.status in (404, 410):
        raise NotFound(f"The archive has no file {data_uri}.")
    return seen.found


def announced(
    archive: Archive,
    data_uri: str,
    credential: Credential | None = None,
    allowed_hosts: Collection[str] = (),
) -> Head:
    """What the archive says now of this file: whether it would be given, length, ETag, Last-Modified.

    No byte of it is read. Raises Remote, NotFound for a URI that no archive has, Unavailable, TimedOut.
    """
    source = source_of(archive, data_uri, allowed_hosts)
    for attempt in stamina.retry_context(again, attempts=2, timeout=None, wait_max=LONGEST_WAIT_S):
        with attempt:
            seen = byte_request.head(source, credential)
    return seen


def beginning(
    archive: Archive,
    data_uri: str,
    size_bytes: int,
    credential: Credential | None = None,
    allowed_hosts: Collection[str] = (),
) -> bytes:
    """The first `size_bytes` of a product, or all of a shorter one, unchecked.

    The connection is closed behind them where the server sends more. Raises the archive's errors.
    """
    source = source_of(archive, data_uri, allowed_hosts)
    content = bytearray()
    with byte_request.get(source, credential, {"Range": f"bytes=0-{size_bytes - 1}"}, nobody_waits) as answer:
        for piece in answer.pieces():
            content += piece
            if len(content) >= size_bytes:
                break
    return bytes(content[:size_bytes])


__all__ = [
    "PARTIAL_SUFFIX",
    "SAME_BROKEN_COPIES",
    "Elsewhere",
    "Folder",
    "Head",
    "Mirror",
    "Remote",
    "SizeDiffers",
    "StaysBroken",
    "Transferred",
    "announced",
    "beginning",
    "fetch",
    "may_fetch",
]
