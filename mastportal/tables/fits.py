"""Tables as a FITS binary table, streamed; imports neither Django nor astropy. Its header is `fits_header`.

Format: FITS Standard 4.0, section 7.3. Long texts go to the heap behind the rows, so that one footprint of
20,000 characters does not widen every row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables import fits_header
from mastportal.tables.batches import about, batches, finite
from mastportal.tables.columns import Column, columns_of
from mastportal.tables.fits_header import BLOCK, NO_INTEGER, ascii_text

WIDEST = 1024  # characters of a text kept within the row; readers like those behind it less
HEAP_OF_32_BITS = 2**31 - 1  # bytes; behind them descriptors take 64 bits

_LOGICAL: dict[object, bytes] = {True: b"T", False: b"F", None: b""}
_FORMS = {"int": ("K", ">i8"), "float": ("D", ">f8"), "bool": ("L", "S1")}


@dataclass(frozen=True, slots=True)
class _Stored:
    """How a column is stored; `longest` is in bytes, and those of a long text are in the heap."""

    column: Column
    longest: int
    heap_bytes: int = 0

    @property
    def is_long(self) -> bool:
        return self.longest > WIDEST

    def form(self, wide: bool) -> str:
        if self.is_long:
            return f"1{'Q' if wide else 'P'}A({self.longest})"
        return f"{max(self.longest, 1)}A" if self.column.is_text else _FORMS[self.column.type][0]

    def dtype(self, wide: bool) -> str:
        if self.is_long:
            return ">i8,>i8" if wide else ">i4,>i4"
        return f"S{max(self.longest, 1)}" if self.column.is_text else _FORMS[self.column.type][1]


def chunks(table: pa.Table, heap_of_32_bits: int = HEAP_OF_32_BITS) -> Iterator[bytes]:
    """An empty primary HDU and one table; nulls are NaN, TNULL, an empty text, or the byte 0 of a logical."""
    stored = [_stored(table, column) for column in columns_of(table.schema).values()]
    heap_bytes = sum(each.heap_bytes for each in stored)
    wide = heap_bytes > heap_of_32_bits
    dtype = np.dtype([(f"c{number}", each.dtype(wide)) for number, each in enumerate(stored)])
    yield fits_header.primary()
    forms = [(each.column, each.form(wide)) for each in stored]
    yield fits_header.table(forms, about(table), table.num_rows, dtype.itemsize, heap_bytes)
    start = 0
    for batch in batches(table):
        rows, start = _rows(_ascii(batch), stored, dtype, start)
        yield rows
    if heap_bytes:
        long = [each.column.name for each in stored if each.is_long]
        for batch in batches(table.select(long)):
            yield _heap(_ascii(batch))
    yield bytes(-(table.num_rows * dtype.itemsize + heap_bytes) % BLOCK)


def _ascii(batch: pa.Table) -> pa.Table:
    """The batch with finite numbers, and texts as the bytes they take: FITS knows printable ASCII only."""
    columns = columns_of(batch.schema).values()
    arrays = [
        _ascii_texts(values) if column.is_text else values
        for column, values in zip(columns, finite(batch).columns, strict=True)
    ]
    return pa.table(arrays, names=batch.column_names)


def _ascii_texts(values: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    filled = cast("pa.ChunkedArray[Any]", pc.coalesce(values.cast(pa.string()), pa.scalar("", pa.string())))
    texts = filled.combine_chunks()
    if pc.any(pc.match_substring_regex(texts, "[^ -~]")).as_py():
        return pa.array([ascii_text(text or "").encode("ascii") for text in texts.to_pylist()], pa.binary())
    return cast("pa.Array[Any]", texts.cast(pa.binary()))


def _stored(table: pa.Table, column: Column) -> _Stored:
    if not column.is_text:
        return _Stored(column, 0)
    longest = heap_bytes = 0
    for batch in batches(table.select([column.name])):
        lengths = pc.binary_length(_ascii(batch).column(0))
        longest = max(longest, pc.max(lengths).as_py() or 0)
        heap_bytes += pc.sum(lengths).as_py() or 0
    return _Stored(column, longest, heap_bytes if longest > WIDEST else 0)


def _rows(batch: pa.Table, stored: list[_Stored], dtype: np.dtype[np.void], start: int) -> tuple[bytes, int]:
    """The batch's rows, and where the next batch's long texts begin in the heap."""
    rows = np.zeros(batch.num_rows, dtype)
    offsets = start + _offsets(batch, stored)
    for number, each in enumerate(stored):
        values = batch.column(each.column.name)
        name = f"c{number}"
        if each.is_long:
            rows[name]["f0"] = pc.binary_length(values).to_numpy()
            rows[name]["f1"] = offsets[: len(rows), sum(other.is_long for other in stored[:number])]
        elif each.column.type == "bool":
            rows[name] = [_LOGICAL[value] for value in values.to_pylist()]
        elif each.column.type == "int":
            rows[name] = np.asarray(pc.coalesce(values.cast(pa.int64()), pa.scalar(NO_INTEGER)))
        else:
            rows[name] = values.to_numpy() if each.column.type == "float" else values.to_pylist()
    return rows.tobytes(), int(offsets[-1, 0])


def _offsets(batch: pa.Table, stored: list[_Stored]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Where each long text of each row begins; in one row more, where the next batch begins."""
    long = [batch.column(each.column.name) for each in stored if each.is_long]
    lengths = np.zeros((batch.num_rows, max(len(long), 1)), np.int64)
    for number, values in enumerate(long):
        lengths[:, number] = pc.binary_length(values).to_numpy()
    ends = np.cumsum(lengths).reshape(lengths.shape)
    return np.vstack([ends - lengths, np.full((1, lengths.shape[1]), ends[-1, -1])])


def _heap(batch: pa.Table) -> bytes:
    """The long texts row by row, as `_offsets` counts them."""
    return b"".join(
        part for row in zip(*map(pa.ChunkedArray.to_pylist, batch.columns), strict=True) for part in row
    )
