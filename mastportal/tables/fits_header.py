"""The header cards of a FITS binary table; imports neither Django nor astropy.

Format: FITS Standard 4.0, section 4. TUCDn and TCOMMn are the habit of TOPCAT and of the archives.
"""

import re
import unicodedata
from collections.abc import Sequence
from textwrap import wrap

import numpy as np

from mastportal.tables.batches import About, standard_unit
from mastportal.tables.columns import Column

BLOCK = 2880
NO_INTEGER = int(np.iinfo(np.int64).min)
_COMMENTARY_CHARACTERS = 72
_VALUE_CHARACTERS = 68
_NOT_PRINTABLE = re.compile("[^ -~]")

Cards = list[tuple[str, object]]


def primary() -> bytes:
    """The header of an HDU without data."""
    return _written([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])


def table(
    columns: Sequence[tuple[Column, str]], told: About, rows: int, row_bytes: int, heap_bytes: int
) -> bytes:
    """The header of a table of columns and their TFORM; texts must be ASCII already or are made so."""
    cards: Cards = [
        ("XTENSION", "BINTABLE"),
        ("BITPIX", 8),
        ("NAXIS", 2),
        ("NAXIS1", row_bytes),
        ("NAXIS2", rows),
        ("PCOUNT", heap_bytes),
        ("GCOUNT", 1),
        ("TFIELDS", len(columns)),
        ("EXTNAME", "RESULT"),
    ]
    systems = {column.system for column, _ in columns}
    cards += [("RADESYS", "ICRS")] if "icrs" in systems else []
    for number, (column, form) in enumerate(columns, start=1):
        cards += _column(number, column, form)
    return _written(cards, [f"{name}: {text}" for name, text in told.told()])


def _column(number: int, column: Column, form: str) -> Cards:
    cards: Cards = [(f"TTYPE{number}", column.name), (f"TFORM{number}", form)]
    unit = standard_unit(column)
    cards += [(f"TUNIT{number}", unit)] if unit else []
    cards += [(f"TNULL{number}", NO_INTEGER)] if column.type == "int" else []
    cards += [(f"TUCD{number}", column.ucd)] if column.ucd else []
    scale = {"utc": " (MJD, UTC)", "tdb": " (MJD, TDB)"}.get(column.system, "")
    return [*cards, (f"TCOMM{number}", f"{column.label}{scale}")]


def _written(cards: Cards, history: Sequence[str] = ()) -> bytes:
    lines = [f"{keyword:<8}= {_value(value)}" for keyword, value in cards]
    for text in history:
        lines += [f"HISTORY {part}" for part in wrap(ascii_text(text), _COMMENTARY_CHARACTERS)]
    header = "".join(line[:80].ljust(80) for line in [*lines, "END"])
    return header.encode("ascii").ljust(-(-len(header) // BLOCK) * BLOCK)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return f"{'T' if value else 'F':>20}"
    if isinstance(value, int):
        return f"{value:>20}"
    text = ascii_text(str(value))[:_VALUE_CHARACTERS]
    # A quote takes two of a card's places.
    while len(text) + text.count("'") > _VALUE_CHARACTERS:
        text = text[:-1]
    doubled = text.replace("'", "''")
    return f"'{doubled:<8}'"


def ascii_text(text: str) -> str:
    """The text in the letters FITS knows: no accents, ? for what has no likeness, a blank for a control."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        text = "".join(each for each in plain if not unicodedata.combining(each))
    return _NOT_PRINTABLE.sub(" ", text.encode("ascii", "replace").decode())
