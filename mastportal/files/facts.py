"""Owns what a file says of its own version: DATE, CAL_VER, CRDS_CTX of its primary header. Asks nobody."""

import gzip
import io
import re
import zlib
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from mastportal.mast.fits_structure import BLOCK_BYTES, CARD_BYTES

# JWST's primary headers take 5 to 12 blocks; what comes after so many is left unread.
MOST_BLOCKS = 64
HEADER_BYTES = MOST_BLOCKS * BLOCK_BYTES
LONGEST = 60
_VALUE = re.compile(r"= *(?:'((?:[^']|'')*)'|([^ /']+))")
_PLACES = {"DATE": "date", "CAL_VER": "cal_ver", "CRDS_CTX": "crds_ctx"}


@dataclass(frozen=True, slots=True)
class Facts:
    """A version in its own words; empty where the header has none."""

    date: str = ""
    cal_ver: str = ""
    crds_ctx: str = ""

    def as_json(self) -> dict[str, str]:
        """Those that are there, as a manifest gives them."""
        return {name: value for name, value in asdict(self).items() if value}


NOTHING = Facts()


def facts_at(path: Path, name: str) -> Facts:
    """The facts of the file at `path`, called `name`; NOTHING for what is no FITS file, or a broken one."""
    told = header_at(path, name, _PLACES)
    return Facts(**{_PLACES[word]: value[:LONGEST] for word, value in told.items()})


def facts_in(beginning: bytes, name: str) -> Facts:
    """The facts of a FITS file called `name` that begins so; of a compressed one none are told."""
    if not name.lower().endswith((".fits", ".fit")):
        return NOTHING
    told = header_in(io.BytesIO(beginning), _PLACES)
    return Facts(**{_PLACES[word]: value[:LONGEST] for word, value in told.items()})


def header_at(path: Path, name: str, wanted: Collection[str]) -> dict[str, str]:
    """Those of the `wanted` keywords that the primary header of the file has; {} if it is no FITS."""
    kind = name.lower()
    if not kind.endswith((".fits", ".fits.gz", ".fit")):
        return {}
    with path.open("rb") as file:
        if not kind.endswith(".gz"):
            return header_in(file, wanted)
        try:
            with gzip.open(file) as unpacked:
                return header_in(unpacked, wanted)  # type: ignore[arg-type]  # a reader all the same
        except (OSError, EOFError, zlib.error):
            return {}


def header_in(file: BinaryIO, wanted: Collection[str]) -> dict[str, str]:
    """The same of an open FITS file that stands at its first byte; reads up to END, or MOST_BLOCKS."""
    found: dict[str, str] = {}
    for _ in range(MOST_BLOCKS):
        block = file.read(BLOCK_BYTES).decode("latin-1")
        cards = [block[at : at + CARD_BYTES] for at in range(0, len(block), CARD_BYTES)]
        for card in cards:
            word = card[:8].rstrip()
            if word in wanted and word not in found:
                found[word] = _text(card[8:])
        if len(block) < BLOCK_BYTES or any(card.rstrip() == "END" for card in cards):
            break
    return found


def _text(rest: str) -> str:
    """A card's value as a person may read it: printable ASCII."""
    value = _VALUE.match(rest)
    if value is None:
        return ""
    told = value[1].replace("''", "'") if value[1] is not None else value[2]
    return "".join(letter for letter in told if " " <= letter <= "~").strip()
