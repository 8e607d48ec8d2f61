"""Owns a programme's small picture in time: rows observed above the line, rows becoming public below it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mastportal.tables.coding import Floats
from mastportal.tables.dates import datetime_of_mjd

HALF = 32.0
BARS_MOST = 60
# A programme of one month is a bar among empty months, not a block that fills the picture.
BARS_LEAST = 12
# Calendars of missions lie within; dates outside are mistakes and would stretch the axis to nothing.
FIRST_YEAR, LAST_YEAR = 1960, 2060


@dataclass(frozen=True, slots=True)
class Bar:
    """The rows of one month, quarter or year; heights in the picture's units."""

    x: float
    label: str
    observed: int
    public: int
    up: float
    down: float

    @property
    def top(self) -> float:
        return HALF - self.up

    @property
    def words(self) -> str:
        parts = [f"{self.observed:,} observed"] if self.observed else []
        parts += [f"{self.public:,} become public"] if self.public else []
        return f"{self.label}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars from `first` to `last`; `today_x` is where today is, None outside them."""

    bars: list[Bar]
    width: float
    height: float
    unit: str
    first: str
    last: str
    today_x: float | None

    @property
    def middle(self) -> float:
        return HALF


def timeline(observed_mjd: Floats, public_later_mjd: Floats, today_mjd: float) -> Timeline | None:
    """The picture; None where no row has a date."""
    observed, public = _moments(observed_mjd), _moments(public_later_mjd)
    if not observed and not public:
        return None
    today = datetime_of_mjd(today_mjd)
    every = [*observed, *public] + ([today] if today and public else [])
    unit, step = _unit(min(every), max(every))
    up, down = (Counter(map(step, moments)) for moments in (observed, public))
    first, last = _widened(step(min(every)), step(max(every)))
    most = max((*up.values(), *down.values()))
    bars = [
        Bar(float(n - first), _label(unit, n), up[n], down[n], HALF * up[n] / most, HALF * down[n] / most)
        for n in range(first, last + 1)
        if up[n] or down[n]
    ]
    today_n = step(today) if today else -1
    return Timeline(
        bars=bars,
        width=float(last - first + 1),
        height=2 * HALF if public else HALF,
        unit=unit,
        first=_label(unit, first),
        last=_label(unit, last),
        today_x=today_n - first + 0.5 if first <= today_n <= last else None,
    )


def _moments(mjd: Floats) -> list[datetime]:
    found = (datetime_of_mjd(float(each)) for each in mjd)
    return [moment for moment in found if moment and FIRST_YEAR <= moment.year <= LAST_YEAR]


def _unit(first: datetime, last: datetime) -> tuple[str, Callable[[datetime], int]]:
    """Months, else quarters, else years: whichever gives a legible number of bars."""
    months = 12 * (last.year - first.year) + last.month - first.month
    if months < BARS_MOST:
        return "month", lambda moment: 12 * moment.year + moment.month - 1
    if months < 3 * BARS_MOST:
        return "quarter", lambda moment: 4 * moment.year + (moment.month - 1) // 3
    return "year", lambda moment: moment.year


def _widened(first: int, last: int) -> tuple[int, int]:
    """The first and last step with as many empty ones around them as a picture of BARS_LEAST needs."""
    missing = max(0, BARS_LEAST - (last - first + 1))
    return first - missing // 2, last + missing - missing // 2


def _label(unit: str, n: int) -> str:
    if unit == "month":
        return f"{n // 12}-{n % 12 + 1:02}"
    return f"{n // 4} Q{n % 4 + 1}" if unit == "quarter" else str(n)
