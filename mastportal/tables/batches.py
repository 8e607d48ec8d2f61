"""A table cut into batches of plain values for writing; imports neither Django nor the archive client."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.columns import Column, columns_of

BATCH_ROWS = 5000

Values = list[object]


def finite(table: pa.Table) -> pa.Table:
    """The table with NaN and the infinities as nulls, and its metadata as before."""
    columns = [
        pc.if_else(pc.is_finite(values), values, None) if pa.types.is_floating(field.type) else values
        for field, values in zip(table.schema, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=table.schema)


def described(table: pa.Table) -> list[Column]:
    return list(columns_of(table.schema).values())


def batches(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, BATCH_ROWS):
        yield table.slice(start, BATCH_ROWS)


def rows(table: pa.Table) -> Iterator[list[tuple[object, ...]]]:
    """Batches of rows as tuples; NaN and the infinities are None."""
    for batch in batches(table):
        yield list(zip(*(column.to_pylist() for column in finite(batch).columns), strict=True))
