"""A table opened for questions: cached codes and footprints. Knows nothing of HTTP or the Mashup."""

import threading
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .regions import parse_regions
from .sky import Footprints

Texts: TypeAlias = "pa.Array[Any]"
Column: TypeAlias = "pa.ChunkedArray[Any]"


class OpenTable:
    """One holdings table and what is worth computing from it only once."""

    def __init__(self, table: pa.Table) -> None:
        self.source = table
        self.table = table.combine_chunks()
        self.exact_names = {name.lower(): name for name in table.column_names}
        self._codes: dict[str, tuple[Texts, np.ndarray]] = {}
        self._folded: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    @property
    def num_rows(self) -> int:
        return int(self.table.num_rows)

    def codes(self, column: str) -> tuple[Texts, np.ndarray]:
        """Distinct texts of a column and each row's place among them, -1 for null."""
        with self._lock:
            if column not in self._codes:
                self._codes[column] = _encode(self.table[column])
            return self._codes[column]

    def folded(self, column: str) -> list[str]:
        """The distinct texts of `codes`, trimmed and in lower case."""
        texts, _ = self.codes(column)
        if column not in self._folded:
            self._folded[column] = [str(text).strip().lower() for text in texts.to_pylist()]
        return self._folded[column]

    @property
    def footprints(self) -> Footprints:
        with self._lock:
            return self._footprints

    @cached_property
    def _footprints(self) -> Footprints:
        ra_deg, dec_deg = (_numbers(self.table[name]) for name in ("s_ra", "s_dec"))
        return Footprints(parse_regions(self.table["s_region"]), ra_deg, dec_deg)


def _encode(column: Column) -> tuple[Texts, np.ndarray]:
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    whole: Any = pa.chunked_array(encoded.unify_dictionaries().chunks, encoded.type).combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    return whole.dictionary.cast(pa.string()), pc.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)


def _numbers(column: Column) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=float)


class Shelf:
    """Open tables by name; one is opened anew when the holdings put another table in its place."""

    def __init__(self) -> None:
        self._open: dict[str, OpenTable] = {}
        self._lock = threading.Lock()

    def get(self, name: str, table: pa.Table) -> OpenTable:
        with self._lock:
            known = self._open.get(name)
            if known is None or known.source is not table:
                known = self._open[name] = OpenTable(table)
            return known
