"""An Arrow table held open for many questions; imports neither Django nor the archive client.

Codes, numbers and orders are made on first use and counted in `nbytes`, so that whoever keeps tables open can
bound them in bytes.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import pyarrow as pa

from mastportal.tables.coding import Codes, Floats, Ints, code
from mastportal.tables.columns import Column, columns_of

RECENT_KEPT = 8


class Sized(Protocol):
    """What can be kept beside a table: it knows its bytes."""

    @property
    def nbytes(self) -> int: ...


Kept = TypeVar("Kept", bound=Sized)


class OpenTable:
    """One immutable table ready to be filtered, counted, sorted and paged; safe to share between threads."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table.unify_dictionaries().combine_chunks()
        self.columns: dict[str, Column] = columns_of(self.table.schema)
        self._codes: dict[str, Codes] = {}
        self._kept: dict[tuple[str, str], Any] = {}
        self._recent: dict[object, Any] = {}
        self._lock = Lock()
        self._locks: dict[tuple[str, str], Lock] = {}  # held while something is made

    @property
    def num_rows(self) -> int:
        return int(self.table.num_rows)

    @property
    def schema(self) -> pa.Schema:
        return self.table.schema

    @property
    def key(self) -> str:
        """The column that names a row, from the schema's metadata; empty where none does."""
        return str((self.schema.metadata or {}).get(b"key", b"").decode())

    @property
    def nbytes(self) -> int:
        """Bytes of the table and of everything cached beside it."""
        with self._lock:
            beside = sum(each.nbytes for each in (*self._kept.values(), *self._recent.values()))
            return int(self.table.nbytes + beside + sum(codes.nbytes for codes in self._codes.values()))

    def codes(self, column: str) -> Codes:
        if column not in self._codes:
            with self._making(("codes", column)):
                if column not in self._codes:
                    made = code(self.table.column(column), self.columns[column])
                    with self._lock:
                        self._codes[column] = made
        return self._codes[column]

    def numbers(self, column: str) -> Floats:
        """The column as float64, shape (rows,); null, NaN and infinite are NaN; false is 0 and true 1.

        Whole numbers beyond 2^53 are the nearest float.
        """

        def make() -> Floats:
            values = self.table.column(column).cast(pa.float64(), safe=False).to_numpy()
            return np.where(np.isfinite(values), values, np.nan)

        return self.kept(("numbers", column), make)

    def ranks(self, column: str) -> Ints:
        """Where each row's value stands among the distinct values, from 1, shape (rows,); 0 for null.

        Text ranks by its whole value ignoring case.
        """

        def make() -> Ints:
            codes = self.codes(column)
            return np.append(codes.rank_of_raw, 0)[codes.raw_of_row]

        return self.kept(("ranks", column), make)

    def kept(self, key: tuple[str, str], make: Callable[[], Kept]) -> Kept:
        """Something kept for one purpose and column, made when first asked for; by one thread for all."""
        if key not in self._kept:
            with self._making(key):
                if key not in self._kept:
                    made = make()
                    with self._lock:
                        self._kept[key] = made
        return cast(Kept, self._kept[key])

    def _making(self, key: tuple[str, str]) -> Lock:
        with self._lock:
            return self._locks.setdefault(key, Lock())

    def recent(self, key: object, make: Callable[[], Kept]) -> Kept:
        """An order of the rows or a choice of them; those used last are kept, for there is no end of them."""
        with self._lock:
            found = self._recent.pop(key, None)
        made = make() if found is None else cast(Kept, found)
        with self._lock:
            self._recent[key] = made
            while len(self._recent) > RECENT_KEPT:
                del self._recent[next(iter(self._recent))]
        return made
