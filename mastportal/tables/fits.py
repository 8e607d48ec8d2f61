"""Tables as a FITS binary table, written by hand and streamed; imports neither Django nor astropy.

Format: FITS Standard 4.0, sections 4.4 and 7.3. Long texts go to the heap behind the rows, so that one
footprint of 20,000 characters does not widen every row.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.batches import batches, finite
from mastportal.tables.columns import Column, columns_of

BLOCK = 2880
WIDEST = 1024  # characters of a text kept within the row; readers like those behind it less
NO_INTEGER = np.iinfo(np.int64).min

_NOT_PRINTABLE = re.compile("[^ -~]")
_LOGICAL: dict[object, bytes] = {True: b"T", False: b"F", None: b""}
_FORMS = {"int": ("K", ">i8"), "float": ("D", ">f8"), "bool": ("L", "S1")}


@dataclass(frozen=True, slots=True)
class _Stored:
    column: Column
    form: str
    dtype: str

    @property
    def is_long(self) -> bool:
        return self.form.startswith("1P")


def chunks(table: pa.Table) -> Iterator[bytes]:
    """An empty primary HDU and one table; nulls are NaN, TNULL, an empty text, or the byte 0 of a logical."""
    stored = [_stored(table, column) for column in columns_of(table.schema).values()]
    dtype = np.dtype([(f"c{number}", each.dtype) for number, each in enumerate(stored)])
    heap_bytes = sum(
        pc.sum(pc.binary_length(batch.column(each.column.name))).as_py() or 0
        for batch in map(_ascii, batches(table))
        for each in stored
        if each.is_long
    )
    yield _cards([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])
    yield _header(stored, table.num_rows, dtype.itemsize, heap_bytes)
    start = 0
    for batch in map(_ascii, batches(table)):
        rows, start = _rows(batch, stored, dtype, start)
        yield rows
    for batch in map(_ascii, batches(table)):
        yield _heap(batch, stored)
    yield bytes(-(table.num_rows * dtype.itemsize + heap_bytes) % BLOCK)


def _ascii(batch: pa.Table) -> pa.Table:
    """The batch with finite numbers, and texts as the bytes they take: FITS knows ASCII only."""
    arrays = []
    for column, values in zip(columns_of(batch.schema).values(), finite(batch).columns, strict=True):
        is_text = column.is_text
        arrays.append(pa.array(map(_ascii_text, values.to_pylist()), pa.binary()) if is_text else values)
    return pa.table(arrays, names=batch.column_names)


def _ascii_text(value: object) -> bytes:
    text = "" if value is None else unicodedata.normalize("NFKD", str(value))
    return "".join(each for each in text if not unicodedata.combining(each)).encode("ascii", "replace")


def _stored(table: pa.Table, column: Column) -> _Stored:
    if not column.is_text:
        form, dtype = _FORMS[column.type]
        return _Stored(column, form, dtype)
    longest = 0
    for batch in batches(table.select([column.name])):
        longest = max(longest, pc.max(pc.binary_length(_ascii(batch).column(0))).as_py() or 0)
    return (
        _Stored(column, f"1PA({longest})", ">i4,>i4")
        if longest > WIDEST
        else _Stored(column, f"{max(longest, 1)}A", f"S{max(longest, 1)}")
    )


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
            rows[name] = np.asarray(pc.coalesce(values, pa.scalar(NO_INTEGER)))
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


def _heap(batch: pa.Table, stored: list[_Stored]) -> bytes:
    long = [batch.column(each.column.name).to_pylist() for each in stored if each.is_long]
    return b"".join(part for row in zip(*long, strict=True) for part in row)


def _header(stored: list[_Stored], rows: int, row_bytes: int, heap_bytes: int) -> bytes:
    cards: list[tuple[str, object]] = [
        ("XTENSION", "BINTABLE"),
        ("BITPIX", 8),
        ("NAXIS", 2),
        ("NAXIS1", row_bytes),
        ("NAXIS2", rows),
        ("PCOUNT", heap_bytes),
        ("GCOUNT", 1),
        ("TFIELDS", len(stored)),
    ]
    for number, each in enumerate(stored, start=1):
        cards += [(f"TTYPE{number}", each.column.name), (f"TFORM{number}", each.form)]
        unit = "d" if each.column.unit == "MJD" else each.column.unit
        cards += [(f"TUNIT{number}", unit)] if unit else []
        cards += [(f"TNULL{number}", NO_INTEGER)] if each.column.type == "int" else []
        cards += [(f"TCOMM{number}", each.column.label)]
    return _cards(cards)


def _cards(cards: list[tuple[str, object]]) -> bytes:
    header = "".join(f"{keyword:<8}= {_value(value)}"[:80].ljust(80) for keyword, value in cards)
    header += "END".ljust(80)
    return header.encode("ascii").ljust(-(-len(header) // BLOCK) * BLOCK)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return f"{'T' if value else 'F':>20}"
    if isinstance(value, int):
        return f"{value:>20}"
    text = _NOT_PRINTABLE.sub(" ", _ascii_text(value).decode("ascii"))[:60]
    # A quote takes two of a card's 68 places.
    while len(text) + text.count("'") > 68:
        text = text[:-1]
    doubled = text.replace("'", "''")
    return f"'{doubled:<8}'"
