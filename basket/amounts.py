"""Owns how amounts are said to people: bytes in powers of ten, times to wait. Imports nothing of ours."""

UNITS = ["B", "kB", "MB", "GB", "TB", "PB"]


def size_in_words(size_bytes: float | None) -> str:
    """`48.2 GB`, in powers of ten; an em dash where it is not known."""
    if size_bytes is None:
        return "—"
    amount = float(size_bytes)
    for unit in UNITS[:-1]:
        if amount < 999.5:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 99.95 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} {UNITS[-1]}"


def wait_in_words(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`: as fine as such a guess can be."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def files_in_words(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"
