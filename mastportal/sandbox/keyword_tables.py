"""The tables of the keyword services: made when first asked for, served by pages. Knows no HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock

import pyarrow as pa

from .arrow import texts
from .catalogue import Catalogue
from .engineering import guide_star_table, wavefront_table
from .keyword_rows import SERVICES, instrument_table
from .making import Product

_SERVED = ("fileSize", "checksum", "isRestricted")


class KeywordTables(Mapping[str, pa.Table]):
    """By service name; recorded tables go before synthesised ones."""

    def __init__(self, catalogue: Catalogue, recorded: Mapping[str, pa.Table]) -> None:
        self._catalogue = catalogue
        self._tables = dict(recorded)
        self._making = Lock()

    def __getitem__(self, service: str) -> pa.Table:
        if service not in SERVICES:
            raise KeyError(service)
        with self._making:
            if service not in self._tables:
                self._tables[service] = self._made(service)
        return self._tables[service]

    def __iter__(self) -> Iterator[str]:
        return iter(SERVICES)

    def __len__(self) -> int:
        return len(SERVICES)

    def _made(self, service: str) -> pa.Table:
        if service == "wss":
            return wavefront_table()
        if service == "guidestar":
            return guide_star_table(self._catalogue)
        return instrument_table(service, self._catalogue)


def served_page(
    table: pa.Table,
    rows: Sequence[int],
    columns: Sequence[str] | None,
    products_of: Callable[[Sequence[str]], list[Product | None]],
    today_mjd: float,
) -> pa.Table:
    """Rows of a table with what depends on the body served and on the day put in."""
    names = list(columns) if columns is not None else table.column_names
    page = table.select(names).take(pa.array(rows, type=pa.int64()))
    wanted = [name for name in _SERVED if name in names]
    if not wanted:
        return page
    uris = texts(table["dataURI"].take(pa.array(rows, type=pa.int64())))
    products = products_of(uris)
    values: dict[str, Callable[[Product], object]] = {
        "fileSize": lambda product: product.size_bytes,
        "checksum": lambda product: product.md5(),
        "isRestricted": lambda product: product.release_mjd is not None and product.release_mjd > today_mjd,
    }
    for name in wanted:
        field = page.schema.field(name)
        column = [None if product is None else values[name](product) for product in products]
        page = page.set_column(page.schema.get_field_index(name), field, pa.array(column, type=field.type))
    return page
