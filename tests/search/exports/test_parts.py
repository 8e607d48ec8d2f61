"""What generated scripts bring along keeps the rows that the portal keeps, in its order."""

import numpy as np
import pyarrow as pa
import pytest
from astropy.table import MaskedColumn, Table

from mastportal.mast.fields import OBSERVATION_FIELDS, arrow_schema
from mastportal.search.exports.filters import lines_of
from mastportal.search.exports.functions import functions_for
from mastportal.tables.codes import OpenTable
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows

NAMES = ["obsid", "target_name", "filters", "calib_level", "t_min", "mtFlag", "s_ra", "s_dec", "s_region"]
ROWS = [
    (
        "1",
        "VV191",
        "F150W; F356W",
        3,
        59_800.5,
        False,
        10.0,
        5.0,
        "POLYGON ICRS 10 5 10.1 5 10.1 5.1 10 5.1 10 5",
    ),
    ("2", "VV-191", "f150w;CLEAR", 2, 59_801.25, False, 10.3, 5.0, "CIRCLE ICRS 10.3 5 0.05"),
    ("3", "é <b>'\"\\", "F444W;", -1, None, True, 0.01, 0.0, "POLYGON 359.9 -0.1 0.1 -0.1 0.1 0.1 359.9 0.1"),
    ("4", "vv191", None, 3, 60_000.0, True, 10.05, 5.05, None),
    ("5", None, "", None, 59_900.0, False, None, None, "nonsense"),
    ("6", "ZZ 9", "F150W", 4, 59_801.25, False, 30.0, 89.9, "POLYGON 0 89 90 89 180 89 270 89"),
]
QUERIES = [
    "f.target_name=vv191",
    "f.target_name=VV191&f.target_name=ZZ%209",
    "not.target_name=vv191",
    "like.target_name=vv*",
    "unlike.target_name=*-*",
    "f.filters=F150W",
    "not.filters=clear",
    "like.filters=f*w",
    "null.filters=1",
    "null.filters=0",
    "f.filters=F356W&null.filters=1",
    "min.target_name=vv192",
    "max.target_name=vv1",
    "min.target_name=a&max.target_name=vw",
    "f.calib_level=3&f.calib_level=-1",
    "not.calib_level=3",
    "min.t_min=2022-08-10",
    "max.t_min=59801.25&min.calib_level=2",
    "null.calib_level=1",
    "min.calib_level=3&null.calib_level=1",
    "f.mtFlag=true",
    "not.mtFlag=true",
    "q=vv",
    "q=F150%20VV",
    "q=%3Cb%3E",
    "f.target_name=%C3%A9%20%3Cb%3E%27%22%5C",
    "sort=-t_min,target_name",
    "sort=target_name",
    "sort=-filters,obsid",
    "sort=-calib_level&f.mtFlag=false",
    "sky=circle%2010.05%205.05%200.01",
    "sky=circle%200%200%200.05",
    "sky=circle%2010.2%205.05%200.09",
    "sky=circle%2010.2%205.05%200.11",
    "sky=circle%2045%2090%200.1",
    "sky=polygon%2010.02%205.02%2010.04%205.02%2010.04%205.04%2010.02%205.04",
    "sky=polygon%209%204%2011%204%2011%206%209%206",
    "sky=polygon%2010.06%204.9%2010.07%204.9%2010.07%205.2%2010.06%205.2",
    "sky=polygon%20359%20-1%201%20-1%201%201%20359%201",
    "sky=polygon%200%2088%2090%2088%20180%2088%20270%2088",
]


def portal_table() -> OpenTable:
    by_name = {field.name: field for field in OBSERVATION_FIELDS}
    columns = zip(*ROWS, strict=True)
    # As the archive's rows are kept: an empty text is a null.
    told = [[None if value == "" else value for value in values] for values in columns]
    schema = arrow_schema([by_name[name] for name in NAMES])
    arrays = [pa.array(values, field.type) for values, field in zip(told, schema, strict=True)]
    return OpenTable(pa.Table.from_arrays(arrays, schema=schema))


def astroquery_table() -> Table:
    """The rows as astroquery makes a table of them."""
    found = Table(masked=True)
    for name, values in zip(NAMES, zip(*ROWS, strict=True), strict=True):
        kind, nothing = {
            "calib_level": (np.int64, -999),
            "t_min": (float, np.nan),
            "s_ra": (float, np.nan),
            "s_dec": (float, np.nan),
            "mtFlag": (bool, False),
        }.get(name, (str, ""))
        told = [nothing if value is None else value for value in values]
        mask = [nothing is not False and value == nothing for value in told]
        found[name] = MaskedColumn(np.array(told, kind), mask=mask)
    return found


def run(query: TableQuery, schema: pa.Schema, table: Table) -> Table:
    lines = lines_of(query, schema, "found")
    code = "\n".join((*lines.filters, *lines.order, *lines.columns))
    names = {"found": table}
    exec(f"{functions_for(code)}\n{code}", names)
    return names["shown"]


@pytest.mark.parametrize("text", QUERIES)
def test_the_lines_keep_the_rows_of_the_portal_in_its_order(text: str) -> None:
    table = portal_table()
    query = TableQuery.parse(text, table.schema)
    expected = table.table["obsid"].take(ordered_rows(table, query)).to_pylist()
    assert run(query, table.schema, astroquery_table())["obsid"].tolist() == expected


def test_each_query_of_the_list_tells_rows_apart() -> None:
    table = portal_table()
    kept = [len(ordered_rows(table, TableQuery.parse(text, table.schema))) for text in QUERIES]
    assert all(0 < count < 6 for count, text in zip(kept, QUERIES, strict=True) if "sort" not in text), kept


def test_columns_are_chosen_and_an_empty_table_stays_one() -> None:
    query = TableQuery.parse(
        "columns=t_min,obsid&sort=-t_min&q=x&f.filters=a&sky=circle 1 2 3", portal_table().schema
    )
    empty = run(query, portal_table().schema, astroquery_table()[:0])
    assert (empty.colnames, len(empty)) == (["t_min", "obsid"], 0)
    assert len(run(query, portal_table().schema, Table())) == 0
