"""Product lists as MAST gave them, one table per observation, for tests that walk over all of them."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from basket.contents import Contents, products_table
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.search.merging import merged
from tests.basket.tables import TODAY_MJD

Row = dict[str, Any]


def recorded_rows(shared: Path) -> list[Row]:
    with gzip.open(shared / "mast/data/caom_products_verbatim.csv.gz", "rt") as lines:
        return list(csv.DictReader(lines))


def by_observation(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["parent_obsid"]].append(row)
    return dict(found)


def as_listed(rows: list[Row]) -> pa.Table:
    """The rows as the archive client gives them: typed, an empty text as null."""
    schema = arrow_schema(PRODUCT_FIELDS)
    columns = [[_value(row.get(field.name), field.type) for row in rows] for field in schema]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _value(told: Any, arrow_type: pa.DataType) -> Any:
    if told is None or told == "":
        return None
    return int(told) if pa.types.is_integer(arrow_type) else str(told)


def products_of_lists(lists: dict[str, list[Row]]) -> pa.Table:
    """The products of a basket with these observations."""
    schema = arrow_schema(PRODUCT_FIELDS)
    contents = Contents(tuple({"obsid": obsid} for obsid in lists))
    return products_table(contents, merged([as_listed(rows) for rows in lists.values()], schema), TODAY_MJD)
