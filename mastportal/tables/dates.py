"""Modified Julian Dates and ISO dates, each from the other; plain arithmetic, imports nothing of ours."""

import math
from datetime import UTC, datetime, timedelta

MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_DAY_S = 86_400.0


def mjd_of_iso(text: str, end_of_day: bool = False) -> float | None:
    """The MJD of an ISO date or date and time (UTC unless it says otherwise); None where it is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    mjd = (moment - MJD_EPOCH).total_seconds() / _DAY_S
    return (
        math.nextafter(mjd + 1, -math.inf) if end_of_day and len(text.strip()) <= len("2022-07-12") else mjd
    )


def datetime_of_mjd(mjd: float) -> datetime | None:
    """The moment in UTC, to the second; None outside the years a calendar knows."""
    try:
        return MJD_EPOCH + timedelta(seconds=round(mjd * _DAY_S))
    except (OverflowError, ValueError):
        return None


def days_until(mjd: float, today_mjd: float) -> int:
    """Calendar days in UTC from today to the day of `mjd`: 0 for today, negative for days gone by."""
    return math.floor(mjd) - math.floor(today_mjd)


def in_days(days: int) -> str:
    """`today`, `tomorrow`, `in 12 days`; empty for days gone by."""
    if days < 0:
        return ""
    return ("today", "tomorrow")[days] if days < 2 else f"in {days:,} days"
