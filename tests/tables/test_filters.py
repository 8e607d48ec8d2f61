"""What each filter keeps, on a table small enough to see."""

import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.filters import TableQuery, matching
from mastportal.tables.grammar import Filter
from tests.tables import make

OPENED = OpenTable(make.table())


@pytest.mark.parametrize(
    ("query", "obsids"),
    [
        ("f.target_name=VV191", "14"),
        ("f.target_name=VV191&f.target_name=vv-191", "124"),
        ("not.target_name=vv191", "23"),
        ("like.target_name=vv*191", "1234"),
        ("like.target_name=vv?191", ""),
        ("unlike.target_name=vv-*", "134"),
        ("null.target_name=1", "5"),
        ("null.target_name=0", "1234"),
        ("f.target_name=VV-191&null.target_name=1", "25"),
        ("f.filters=F150W", "12"),
        ("f.filters=f444w", "3"),
        ("f.filters=", "5"),
        ("not.filters=F150W", "35"),
        ("like.filters=F*W", "123"),
        ("unlike.filters=f3*", "235"),
        ("null.filters=1", "4"),
        ("f.calib_level=3", "14"),
        ("not.calib_level=3", "23"),
        ("min.calib_level=0&max.calib_level=2.5", "2"),
        ("min.t_min=59801", "25"),
        ("null.t_min=1", "34"),
        ("min.t_min=2022-08-10&max.t_min=2022-08-10", "2"),
        ("max.t_min=2022-08-09T12:00:00", "1"),
        ("f.mtFlag=true", "4"),
        ("f.mtFlag=F", "125"),
        ("q=vv f356", "1"),
        ("q=polygon", ""),
        ("f.filters=F150W&f.calib_level=3", "1"),
    ],
)
def test_rows_kept(query: str, obsids: str) -> None:
    mask = matching(OPENED, TableQuery.parse(query, make.SCHEMA))
    assert "".join(OPENED.table.filter(mask)["obsid"].to_pylist()) == obsids


def test_a_columns_own_filters_can_be_ignored() -> None:
    query = TableQuery.parse("f.filters=F150W&f.calib_level=3", make.SCHEMA)
    assert matching(OPENED, query, ignoring="filters").tolist() == [True, False, False, True, False]
    assert matching(OPENED, query, ignoring="target_name").sum() == 1


def test_an_empty_table_has_no_rows_to_keep() -> None:
    query = TableQuery(filters=(Filter("f", "filters", "x"), Filter("min", "t_min", "1")), q="a")
    assert matching(OpenTable(make.table([])), query).tolist() == []
