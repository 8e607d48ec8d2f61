"""Owns the products of one observation at a glance: counts and bytes by level and type. Asks nobody."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from mastportal.search import products
from mastportal.search.failures import Broken
from mastportal.tables.cells import size_words


@dataclass(frozen=True, slots=True)
class Line:
    """Products of one level and type."""

    level: int | None
    type: str
    files: int
    size_bytes: int

    @property
    def size_words(self) -> str:
        return size_words(self.size_bytes)


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of an observation's products; `failure` is a sentence, empty while all is well."""

    lines: list[Line]
    is_waiting: bool
    failure: str

    @property
    def files(self) -> int:
        return sum(line.files for line in self.lines)

    @property
    def size_words(self) -> str:
        return size_words(sum(line.size_bytes for line in self.lines))


def glance(obsid: str) -> Glance:
    """The product list as far as it is here; callers ask for it with `products.want`."""
    state = products.state([obsid])
    failure = state.failures.get(obsid, "")
    if not state.here:
        return Glance([], state.waiting > 0, failure)
    try:
        return Glance(_lines(products.open_products([obsid]).table), False, "")
    except Broken as error:
        return Glance([], False, str(error))


def _lines(table: pa.Table) -> list[Line]:
    """Highest level first, those without a level last; within one, the types by their names."""
    files: Counter[tuple[int | None, str]] = Counter()
    sizes: Counter[tuple[int | None, str]] = Counter()
    columns = (table[name].to_pylist() for name in ("calib_level", "productType", "size"))
    for level, kind, size in zip(*columns, strict=True):
        files[level, kind or ""] += 1
        sizes[level, kind or ""] += size or 0
    lines = [Line(level, kind, count, sizes[level, kind]) for (level, kind), count in files.items()]
    return sorted(lines, key=lambda line: (line.level is None, -(line.level or 0), line.type))
