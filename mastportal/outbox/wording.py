"""Owns what may stand in a message: archive data are hostile, and go into headers, feeds and rows."""

import hashlib
import re
import unicodedata
from typing import Any

EVENT_MOST, TITLE_MOST, PATH_MOST = 200, 300, 1000
TEXT_MOST = 100_000  # characters of a text or an HTML part
DATA_STRING_MOST = 10_000
_BREAKS = re.compile(r"\s+")


def _allowed(letter: str) -> bool:
    # Cc: control characters; Cs: lone surrogates, which no encoding takes. Line and paragraph separators
    # and what turns the direction of writing would change how a line reads.
    return (
        unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"}
        and letter not in "\u202a\u202b\u202d\u202e"
    )


def shortened(text: str, most: int) -> str:
    """At most `most` characters; what was cut is shown by an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def one_line(text: str, most: int = TITLE_MOST) -> str:
    """`text` as one line that a mail header, a feed and a chat may hold."""
    kept = "".join(letter if _allowed(letter) else " " for letter in text[: most * 4])
    return shortened(_BREAKS.sub(" ", kept).strip(), most)


def lines(text: str, most: int = TEXT_MOST) -> str:
    """`text` with its line breaks and tabs, without other control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return shortened("".join(c if c in "\n\t" or _allowed(c) else " " for c in text), most)


def event_id(told: str) -> str:
    """`told`, or a hash of it where it is too long or holds what an id cannot; the same for the same."""
    if 0 < len(told) <= EVENT_MOST and told.isascii() and told.isprintable():
        return told
    return "sha256:" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def inside(path: str) -> str:
    """`path` when it is an address in the portal, else none: no message leads elsewhere."""
    starts_here = path.startswith("/") and not path.startswith(("//", "/\\"))
    fits = len(path) <= PATH_MOST and path.isprintable() and " " not in path
    return path if starts_here and fits else ""


def facts(value: Any) -> Any:
    """`value` as the database's JSON takes it: no NUL, no lone surrogate, no endless string, no NaN."""
    match value:
        case dict():
            return {one_line(str(name), 100): facts(each) for name, each in value.items()}
        case list() | tuple():
            return [facts(each) for each in value]
        case str():
            return lines(value, DATA_STRING_MOST)
        case bool() | int() | None:
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case _:
            return lines(str(value), DATA_STRING_MOST)
