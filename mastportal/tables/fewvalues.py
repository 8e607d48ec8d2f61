"""Which columns have few values, so that each can be a filter; no Django, no archive client."""

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Encoded, Ints, Values

FEWEST, MOST = 2, 50


def few_valued(table: OpenTable) -> list[str]:
    """The columns of FEWEST to MOST distinct values, in the table's order; never the rows' key."""
    names = list(table.columns)

    def make() -> Ints:
        return np.array([_distinct(table.table.column(name)) for name in names], dtype=np.int64)

    counts = table.kept(("distinct", ""), make)
    return [
        name
        for name, count in zip(names, counts.tolist(), strict=True)
        if FEWEST <= count <= MOST and table.columns[name].kind != "none" and name != table.key
    ]


def _distinct(values: Values) -> int:
    """Distinct values that are not null; of a dictionary, those that may be there."""
    if pa.types.is_dictionary(values.type):
        one = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        return len(cast(Encoded, one).dictionary)
    return int(pc.count_distinct(values).as_py())
