"""What the archive held on an earlier day: rows in their time, planned before; their files likewise."""

from datetime import date

import pytest

from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.observation import mjd_of
from mastportal.sandbox.survey import built_in
from mastportal.sandbox.unfolding import DELIVERED_DAYS, plan_name, withdrawn_mjd

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def holdings():
    return Holdings(built_in(600), today=DAY, file_bytes=1000)


def test_only_what_was_delivered_is_there_and_the_rest_is_planned(holdings):
    whole = {row["obs_id"]: row for row in holdings.observations.to_pylist()}
    holdings.unfolds = True
    rows = holdings.observations.to_pylist()
    names = {row["obs_id"] for row in rows}
    late = [row for row in whole.values() if (row["t_max"] or 0) + DELIVERED_DAYS > mjd_of(DAY)]
    assert late
    assert not {row["obs_id"] for row in late} & names
    planned = [row for row in rows if row["calib_level"] == -1]
    assert all(row["t_min"] is None and row["dataURL"] is None for row in planned)
    assert all("_xx" in row["obs_id"] or row["obs_id"] in whole for row in planned)
    assert not [
        row
        for row in planned
        if withdrawn_mjd(plan_name(row["obs_id"])) <= mjd_of(DAY) and row["obs_id"] in whole
    ]
    assert holdings.product_rows(late[0]["obsid"]) == []
    hidden = holdings.keyword_table("nircam").num_rows
    holdings.unfolds = False
    assert hidden < holdings.keyword_table("nircam").num_rows
    assert {row["obs_id"] for row in holdings.observations.to_pylist()} == set(whole)
    assert holdings.product_rows(late[0]["obsid"])
