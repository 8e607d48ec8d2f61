"""One value of a table as a person reads it, the exact one beside; no Django, no archive client."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from mastportal.tables.columns import Column
from mastportal.tables.dates import datetime_of_mjd

CLIPPED_FROM = 34
# The archive has texts of a hundred thousand characters; a page of rows bears no more of each.
SHOWN_MOST, BESIDE_MOST = 200, 2000
_POWERS = ("B", "kB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` as shown, `title` the exact value where the text is not it, `style` the class of the cell."""

    text: str
    title: str = ""
    style: str = ""


NOTHING = "–"
EMPTY, EMPTY_NUMBER = Cell(NOTHING, "no value", "no-value"), Cell(NOTHING, "no value", "num no-value")


class Html(str):
    """A text that is HTML already, by the sign template engines agree on."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def table_cells(cells: Iterable[Cell]) -> Html:
    """A row's `<td>` elements; written here, since a template engine takes ten times as long."""
    return Html("".join(map(_td, cells)))


def _td(cell: Cell) -> str:
    attributes = _attribute("class", cell.style) + _attribute("title", cut(cell.title, BESIDE_MOST))
    return f"<td{attributes}>{escape(cut(cell.text, SHOWN_MOST))}</td>"


def cut(text: str, most: int) -> str:
    """The text, or so much of its beginning and that it goes on."""
    return text if len(text) <= most else f"{text[:most]}…"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def cell(value: object, column: Column) -> Cell:
    """Dates as ISO with the MJD beside, sizes in powers of ten with the bytes, degrees with sexagesimal.

    No value is a dash; an empty text is one, and stays empty.
    """
    if value is None:
        return EMPTY_NUMBER if column.is_number else EMPTY
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float):
        return _number(value, column)
    text = str(value)
    return Cell(text, text, "clip") if len(text) >= CLIPPED_FROM else Cell(text)


def _number(value: float, column: Column) -> Cell:
    unit = column.unit.casefold()
    if unit == "mjd":
        return Cell(iso(value), f"MJD {value:.6f}", "num")
    if unit in {"bytes", "byte"}:
        return Cell(size_words(value), f"{value:,.0f} bytes", "num")
    if unit == "deg":
        return Cell(f"{value:.6f}", sexagesimal(value, column.name), "num")
    return Cell(plain_number(value), "", "num")


def iso(mjd: float, with_time: bool = True) -> str:
    """An MJD as date and minute in UTC; the number itself where no calendar reaches."""
    moment = datetime_of_mjd(mjd)
    if moment is None:
        return f"{mjd:.6g}"
    return moment.isoformat(" ")[: 16 if with_time else 10]


def size_words(size_bytes: float) -> str:
    """Bytes in powers of ten, three figures: 48.2 GB."""
    size, power = float(size_bytes), 0
    while abs(size) >= 999.5 and power < len(_POWERS) - 1:
        size, power = size / 1000, power + 1
    return (
        f"{size:.0f} {_POWERS[power]}" if power == 0 or abs(size) >= 99.95 else f"{size:.3g} {_POWERS[power]}"
    )


def plain_number(value: float) -> str:
    """A number with as many digits as a person can use; whole ones whole."""
    if isinstance(value, int):
        return str(value)
    if value and not 1e-3 <= abs(value) < 1e7:
        return f"{value:.6g}"
    return f"{value:.3f}".rstrip("0").rstrip(".")


def sexagesimal(value_deg: float, column_name: str) -> str:
    """Degrees as hours for a right ascension and as degrees for a declination, by the column's name."""
    parts = column_name.casefold().split("_")
    if "ra" in parts:
        hours, minutes, seconds = _sixties(value_deg % 360 / 15, 3)
        return f"{int(hours) % 24:02d}h{minutes:02d}m{seconds:06.3f}s"
    if "dec" in parts:
        degrees, minutes, seconds = _sixties(abs(value_deg), 2)
        return f"{'-' if value_deg < 0 else '+'}{degrees:02d}d{minutes:02d}m{seconds:05.2f}s"
    return ""


def _sixties(value: float, digits: int) -> tuple[int, int, float]:
    ticks = round(value * 3600 * 10**digits)
    whole, rest = divmod(ticks, 3600 * 10**digits)
    minutes, rest = divmod(rest, 60 * 10**digits)
    return whole, minutes, rest / 10**digits
