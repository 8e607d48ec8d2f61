"""Counts the values of columns, those joined in one text each by itself."""

from collections.abc import MutableMapping

import pyarrow as pa
import pyarrow.compute as pc


def count_values(table: pa.Table, counts: MutableMapping[str, dict[str, int]]) -> None:
    """Adds to `counts`, for each of its columns, how many rows have each value; nulls are not counted."""
    for name, known in counts.items():
        separator = (table.schema.field(name).metadata or {}).get(b"separator", b"").decode()
        for found in pc.value_counts(table[name].combine_chunks().drop_null()):
            text, rows = str(found["values"].cast(pa.string())), found["counts"].as_py()
            parts = {part.strip() for part in text.split(separator)} if separator else {text}
            for part in filter(None, parts):
                known[part] = known.get(part, 0) + rows
