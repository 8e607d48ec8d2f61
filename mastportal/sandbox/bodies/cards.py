"""FITS header cards and headers of a fixed number of blocks. Imports no other part."""

from collections.abc import Sequence
from functools import lru_cache

from .checksum import add, encode, sum32

FITS_BLOCK = 2880
_CARD = 80
Value = str | int | float | bool | None
Card = tuple[str, Value]
_TEXT_ROOM = 67
_ZEROS = "0" * 16


@lru_cache(maxsize=20_000, typed=True)
def card(name: str, value: Value) -> str:
    """One card in fixed format, or a card and its CONTINUE cards; None writes an undefined value."""
    if value is None:
        return f"{name:<8}=".ljust(_CARD)
    if isinstance(value, bool):
        return f"{name:<8}= {'T' if value else 'F':>20}".ljust(_CARD)
    if isinstance(value, int | float):
        text = repr(value) if isinstance(value, int) else repr(float(value)).upper()
        return f"{name:<8}= {text:>20}".ljust(_CARD)
    if len(value) <= _TEXT_ROOM and value.isascii() and "'" not in value:
        return f"{name:<8}= '{value:<8}'".ljust(_CARD)
    return _text_cards(name, value.encode("ascii", "replace").decode())


def _text_cards(name: str, text: str) -> str:
    pieces = _pieces(text)
    texts = [piece + "&" for piece in pieces[:-1]] + pieces[-1:]
    starts = [f"{name:<8}= "] + ["CONTINUE  "] * (len(texts) - 1)
    return "".join(f"{start}'{piece:<8}'".ljust(_CARD) for start, piece in zip(starts, texts, strict=True))


def _pieces(text: str) -> list[str]:
    """Stretches of at most 67 characters, quotes doubled; a doubled quote is never cut in two."""
    if "'" not in text:
        return [text[start : start + _TEXT_ROOM] for start in range(0, len(text), _TEXT_ROOM)]
    pieces = [""]
    for letter in text:
        written = "''" if letter == "'" else letter
        if len(pieces[-1]) + len(written) > _TEXT_ROOM:
            pieces.append("")
        pieces[-1] += written
    return pieces


def header(cards: Sequence[Card], blocks: int, data_sum: int) -> bytes:
    """The header of these cards, with DATASUM and a CHECKSUM that makes the whole HDU sum to minus zero.

    Raises ValueError where the cards do not fit: the number of blocks is promised to the product list.
    """
    lines = [card(name, value) for name, value in cards]
    lines.append(card("DATASUM", str(data_sum)))
    unsigned = _render([*lines, card("CHECKSUM", _ZEROS)], blocks)
    return _render([*lines, card("CHECKSUM", encode(add(sum32(unsigned), data_sum)))], blocks)


def _render(lines: Sequence[str], blocks: int) -> bytes:
    text = "".join(lines)
    if len(text) > blocks * FITS_BLOCK - _CARD:
        raise ValueError(f"{len(text) // _CARD} cards do not fit into {blocks} header blocks.")
    # END closes the last block: whatever comes after END's block is data to a reader.
    return (text.ljust(blocks * FITS_BLOCK - _CARD) + "END".ljust(_CARD)).encode("ascii")
