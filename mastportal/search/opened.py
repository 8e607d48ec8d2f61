"""Owns the tables a process keeps open, bounded in bytes; what a key names never changes. No database."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.conf import settings

from mastportal.tables.codes import OpenTable


class OpenTables:
    """Least recently used tables go first; several who want the same one at once load it once."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._lock = Lock()
        self._tables: OrderedDict[Hashable, OpenTable] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._loading: dict[Hashable, Lock] = {}

    def __len__(self) -> int:
        return len(self._tables)

    @property
    def nbytes(self) -> int:
        """Bytes kept, as last measured: a table grows when its codes are first asked for."""
        with self._lock:
            return sum(self._sizes.values())

    def get(self, key: Hashable, load: Callable[[], OpenTable]) -> OpenTable:
        """The table kept under `key`, else the loaded one. Raises what `load` raises."""
        if (found := self._found(key)) is not None:
            return found
        with self._lock:
            loading = self._loading.setdefault(key, Lock())
        with loading:
            if (found := self._found(key)) is not None:
                return found
            try:
                table = load()
                self._keep(key, table)
            finally:
                with self._lock:
                    self._loading.pop(key, None)
        return table

    def clear(self) -> None:
        """Keep none."""
        with self._lock:
            self._tables.clear()
            self._sizes.clear()

    def forget(self, key: Hashable) -> None:
        """Keep it no longer."""
        with self._lock:
            self._drop(key)

    def _found(self, key: Hashable) -> OpenTable | None:
        with self._lock:
            table = self._tables.get(key)
        if table is not None:
            self._keep(key, table)
        return table

    def _keep(self, key: Hashable, table: OpenTable) -> None:
        size = table.nbytes
        with self._lock:
            self._tables[key] = table
            self._tables.move_to_end(key)
            self._sizes[key] = size
            # The newest stays whatever its size: somebody is looking at it.
            while len(self._tables) > 1 and sum(self._sizes.values()) > self.most_bytes:
                self._drop(next(iter(self._tables)))

    def _drop(self, key: Hashable) -> None:
        self._tables.pop(key, None)
        self._sizes.pop(key, None)


tables = OpenTables(settings.TABLE_CACHE_BYTES)
