"""Owns whether a file from elsewhere is what the archive has now: by length, header and structure."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.archive import archive
from mastportal.files.facts import header_at
from mastportal.mast import transfer
from mastportal.mast.connection import Credential
from mastportal.mast.errors import ArchiveError, Refused
from mastportal.mast.fits_structure import BLOCK_BYTES, CARD_BYTES, NotFits, check_fits
from mastportal.mast.transfer import Head

# JWST's primary headers take 5 to 12 blocks.
MOST_BLOCKS = 64


class Differs(Exception):
    """The file is not the archive's; the text says why, to follow its name."""


def check_own_words(path: Path, name: str) -> None:
    """Raises Differs where the header does not say that the file is called `name`."""
    own = header_at(path, name, ["FILENAME"]).get("FILENAME", "")
    if not own:
        raise Differs("its header does not say what it is called (FILENAME)")
    if own != name:
        raise Differs(f"its header says that it is {own}: it was renamed")


def check_whole(path: Path) -> None:
    """Raises Differs for what is no whole FITS file, or has not the sums that it says it has."""
    try:
        with path.open("rb") as file:
            check_fits(file, path.stat().st_size)
    except NotFits as error:
        raise Differs(f"it is damaged: {error}") from None


def check_with_archive(path: Path, data_uri: str, credential: Credential | None) -> Head:
    """What the archive announces of a product that has this file's length and header. Raises Differs."""
    with _not_comparable():
        head = transfer.announced(archive(), data_uri)
        if head.status in (401, 403):
            head = transfer.announced(archive(), data_uri, credential) if credential else head
        else:
            credential = None
    if head.status in (401, 403):
        raise Differs("it is exclusive, and only with a token that opens it can it be compared")
    if not head.found:
        raise Differs("the archive no longer has it")
    if head.size_bytes not in (None, path.stat().st_size):
        raise Differs(f"it has {path.stat().st_size} bytes, and the archive's {head.size_bytes}")
    own = _primary_header(path)
    with _not_comparable():
        theirs = transfer.beginning(archive(), data_uri, len(own), credential)
    if own != theirs:
        raise Differs("its header is another than the archive's: it is of another version")
    return head


@contextmanager
def _not_comparable() -> Iterator[None]:
    try:
        yield
    except Refused:
        raise Differs("it is exclusive, and only with a token that opens it can it be compared") from None
    except ArchiveError as error:
        raise Differs(f"it could not be compared with the archive's: {error}") from None


def _primary_header(path: Path) -> bytes:
    """Up to the block with END, or MOST_BLOCKS."""
    header = b""
    with path.open("rb") as file:
        while len(header) < MOST_BLOCKS * BLOCK_BYTES and (block := file.read(BLOCK_BYTES)):
            header += block
            cards = (block[at : at + CARD_BYTES] for at in range(0, len(block), CARD_BYTES))
            if any(card.rstrip() == b"END" for card in cards):
                break
    return header
