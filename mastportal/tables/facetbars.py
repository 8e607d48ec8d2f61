"""A range facet as it is drawn: bars, edges, and bounds in words; no Django, no archive client."""

from dataclasses import dataclass
from typing import Any

from mastportal.tables.cells import iso, plain_number, size_words
from mastportal.tables.columns import Column
from mastportal.tables.dates import mjd_of_iso

HEIGHT = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin of a histogram in the units of its drawing, one wide; `on` where the filter lets it be."""

    x: int
    y: float
    height: float
    on: bool
    words: str


def as_input(texts: list[str], column: Column) -> str:
    """A bound as its input holds it: sent back unchanged it must mean the same."""
    if not texts:
        return ""
    try:
        mjd = float(texts[0]) if column.unit.upper() == "MJD" else None
    except ValueError:
        return texts[0]
    if mjd is None:
        return texts[0]
    date = iso(mjd)
    return date if mjd_of_iso(date) == mjd else texts[0]


def bound(value: float, column: Column) -> str:
    """A bound in words: a date, a size, or a plain number."""
    if column.unit.upper() == "MJD":
        return iso(value, with_time=False)
    return size_words(value) if column.unit == "bytes" else plain_number(value)


def edges(bins: list[dict[str, Any]]) -> str:
    """The edges of the bins as numbers of the grammar, exact, with blanks between."""
    return " ".join(
        repr(float(each)) for each in [*(bin["min"] for bin in bins), *(bins and [bins[-1]["max"]])]
    )


def bars(bins: list[dict[str, Any]], column: Column) -> list[Bar]:
    """The bins as they are drawn, at most `HEIGHT` high."""
    most = max((each["count"] for each in bins), default=0)
    made = []
    for number, each in enumerate(bins):
        # The square root lets few be seen beside many.
        height = round(HEIGHT * (each["count"] / most) ** 0.5, 1) if each["count"] else 0
        words = f"{bound(each['min'], column)} to {bound(each['max'], column)}: {each['count']:,}"
        made.append(Bar(number, round(HEIGHT - height, 1), height, each["count"] > 0, words))
    return made
