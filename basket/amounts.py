"""Owns how amounts are said to people: bytes that may be unknown, times to wait."""

from mastportal.tables.cells import size_words


def size_in_words(size_bytes: float | None) -> str:
    """`48.2 GB`, in powers of ten; an em dash where it is not known."""
    return "—" if size_bytes is None else size_words(size_bytes)


def wait_in_words(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`: as fine as such a guess can be."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
