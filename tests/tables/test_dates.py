"""ISO dates and Modified Julian Dates, each from the other."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.cells import iso
from mastportal.tables.dates import MJD_EPOCH, datetime_of_mjd, mjd_of_iso

moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "mjd"),
    [
        ("1858-11-17", 0.0),
        ("1970-01-01", 40_587.0),
        ("2000-01-01T12:00:00", 51_544.5),
        ("2022-07-12", 59_772.0),
        ("2022-07-12 06:00", 59_772.25),
        ("2022-07-12T06:00:00Z", 59_772.25),
        ("2022-07-12T08:00:00+02:00", 59_772.25),
        ("  2022-07-12  ", 59_772.0),
        ("2022-W28-2", 59_772.0),
        ("1858-11-16", -1.0),
        ("0001-01-01", -678_575.0),
    ],
)
def test_known_dates(text: str, mjd: float) -> None:
    assert mjd_of_iso(text) == mjd


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "2022", "2022-02-29", "2022-00-01", "59772x", "2022-07-12T25:00", "١٢"]
)
def test_what_is_no_date(text: str) -> None:
    assert mjd_of_iso(text) is None


@pytest.mark.parametrize("year", range(1800, 2100, 13))
def test_the_end_of_a_day_is_before_the_next_one(year: int) -> None:
    day, last, following = mjd_of_iso(f"{year}-03-01"), mjd_of_iso(f"{year}-03-01", True), f"{year}-03-02"
    assert day < last < mjd_of_iso(following)
    assert last > mjd_of_iso(f"{year}-03-01T23:59:59.999")


def test_a_time_of_day_is_that_moment_even_as_a_maximum() -> None:
    assert mjd_of_iso("2022-07-12T06:00", end_of_day=True) == 59_772.25


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_zones_at_the_ends_of_the_calendar(text: str) -> None:
    assert math.isfinite(mjd_of_iso(text) or math.nan)


@given(moments)
def test_a_moment_comes_back_to_the_second(moment: datetime) -> None:
    mjd = mjd_of_iso(moment.isoformat())
    assert mjd is not None
    assert datetime_of_mjd(mjd) == moment


@given(moments)
def test_what_is_shown_can_be_written_back_to_the_minute(moment: datetime) -> None:
    mjd = (moment - MJD_EPOCH) / timedelta(days=1)
    back = mjd_of_iso(iso(mjd))
    assert back is not None
    assert -1e-9 < mjd - back < 60 / 86_400


@given(moments)
def test_days_are_shown_as_days(moment: datetime) -> None:
    assert iso((moment - MJD_EPOCH) / timedelta(days=1), with_time=False) == moment.strftime("%4Y-%m-%d")


@given(st.floats())
def test_any_number_is_a_moment_or_none(mjd: float) -> None:
    moment = datetime_of_mjd(mjd)
    assert moment is None or abs((moment - MJD_EPOCH).total_seconds() - mjd * 86_400) <= 1


@pytest.mark.parametrize("mjd", [math.nan, math.inf, -math.inf, 1e308, -1e9])
def test_no_calendar_reaches_there(mjd: float) -> None:
    assert datetime_of_mjd(mjd) is None
    assert iso(mjd) == f"{mjd:.6g}"


@given(moments, st.floats(0, 0.99999))
def test_a_day_holds_all_its_moments(moment: datetime, share: float) -> None:
    day = moment.date().isoformat()
    start, end = mjd_of_iso(day), mjd_of_iso(day, end_of_day=True)
    assert start is not None
    assert start <= start + share <= (end or 0.0)
