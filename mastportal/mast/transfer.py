"""One dataURI to one verified local file: the one door for bytes. Imports no astroquery and no Django."""

from collections.abc import Callable, Collection
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
    again,
)
from mastportal.mast.errors import NotFound
from mastportal.mast.partial import PARTIAL_SUFFIX, Partial

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
) -> Transferred:
    """Bring one product to `destination`, whole and verified, or raise and leave nothing there.

    `on_progress` gets the bytes held so far with every piece and before every attempt; what it raises
    ends the transfer. Unavailable and TimedOut are tried again here, continued by Range where the
    server proves that the product is still the same. Raises SizeDiffers (before any byte is read) when
    the archive's own length is not `expected_size_bytes`, Remote, Refused, NotFound, Unavailable, TimedOut.
    With `size_is_advice` the archive's own length counts, and the expected one only where it gives none:
    product lists lag behind reprocessing. So do keyword rows: `md5_applies` is asked of the whole copy, not
    kept yet, whether `expected_md5` is meant for it.
    """
    source = source_of(archive, data_uri, allowed_hosts)
    partial = Partial(destination)
    download = Download(
        source,
        credential,
        partial,
        expected_size_bytes,
        size_is_advice,
        expected_md5,
        on_progress,
        attempts,
        md5_applies,
    )
    try:
        return download.run(destination)
    finally:
        partial.discard()


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


__all__ = [
    "PARTIAL_SUFFIX",
    "SAME_BROKEN_COPIES",
    "Head",
    "Remote",
    "SizeDiffers",
    "StaysBroken",
    "Transferred",
    "announced",
    "fetch",
    "may_fetch",
]
