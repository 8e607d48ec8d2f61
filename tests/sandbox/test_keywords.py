"""How keyword columns leave: types, and dates as the Mashup writes them."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from mastportal.sandbox.keywords import keyword_column

NAMES = {"date_obs": "date_obs", "date_obs_mjd": "date_obs_mjd"}
DAY_MS = 1651881600000


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["2022-05-07T00:00:00", None]),
        pa.array(["2022-05-07 00:00:00.000000", None]),
        pa.array([f"/Date({DAY_MS})/", None]),
        pa.array([DAY_MS, None], pa.int64()),
        pa.array([datetime(2022, 5, 7), None], pa.timestamp("us")),
    ],
)
def test_dates(values: Any) -> None:
    column = keyword_column("date_obs", pa.chunked_array([values]), NAMES)
    assert column.type == "date"
    assert column.values.to_pylist() == [f"/Date({DAY_MS})/", None]


def test_dates_that_cannot_be_read_stay_as_they_are() -> None:
    column = keyword_column("date_obs", pa.chunked_array([["sometime"]]), NAMES)
    assert (column.type, column.values.to_pylist()) == ("date", ["sometime"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["a"], "string"), ([1], "int"), ([1.5], "float"), ([True], "boolean"), ([None], "string")],
)
def test_types(values: list[Any], kind: str) -> None:
    assert keyword_column("x", pa.chunked_array([pa.array(values)]), NAMES).type == kind


def test_the_mjd_twin_is_a_number() -> None:
    assert keyword_column("date_obs_mjd", pa.chunked_array([[59706.5]]), NAMES).type == "float"
