"""A table cut into batches of plain values for writing; imports neither Django nor the archive client."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.columns import Column, columns_of

BATCH_ROWS = 5000
# Units as the Virtual Observatory and FITS write them; what the days of an MJD count from is said elsewhere.
_STANDARD_UNITS = {"MJD": "d", "bytes": "byte"}

Values = list[object]


@dataclass(frozen=True, slots=True)
class About:
    """Where a table comes from, in words; `asked_at` is an ISO date and time."""

    question: str = ""
    filters: str = ""
    archive: str = ""
    asked_at: str = ""

    def told(self) -> list[tuple[str, str]]:
        """The parts that are known, by name."""
        parts = [(each.name, getattr(self, each.name)) for each in fields(self)]
        return [(name, text) for name, text in parts if text]


def about(table: pa.Table) -> About:
    """What the table's own metadata tell."""
    found = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    return About(**{each.name: found.get(each.name, "") for each in fields(About)})


def with_about(table: pa.Table, told: About) -> pa.Table:
    """The table with that among its metadata."""
    added = {name.encode(): text.encode("utf-8", "replace") for name, text in told.told()}
    return table.replace_schema_metadata((table.schema.metadata or {}) | added)


def standard_unit(column: Column) -> str:
    """The unit in the spelling of VOUnits 1.1 and of FITS: MJD counts days."""
    return _STANDARD_UNITS.get(column.unit, column.unit)


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
