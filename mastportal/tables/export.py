"""A table as a file of a known format, streamed; imports no Django, no archive client, no astropy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from mastportal.tables import fits, parquet, text, votable
from mastportal.tables.batches import About, with_about
from mastportal.tables.columns import BadQuery, quoted


@dataclass(frozen=True, slots=True)
class Export:
    """A file in pieces; its size is not known before the last one."""

    content_type: str
    extension: str
    chunks: Iterator[bytes]


_WRITERS: dict[str, tuple[str, Callable[[pa.Table], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8; header=present", text.csv_chunks),
    "ecsv": ("text/plain; charset=utf-8", text.ecsv_chunks),
    "votable": ("application/x-votable+xml", votable.chunks),
    "fits": ("application/fits", fits.chunks),
    "parquet": ("application/vnd.apache.parquet", parquet.chunks),
    "json": ("application/json", text.json_chunks),
}
_EXTENSIONS = {"votable": "vot"}
FORMATS = tuple(_WRITERS)
CONTENT_TYPES = tuple(content_type.partition(";")[0] for content_type, _ in _WRITERS.values())
# What each is called, and what it is good for.
WORDS = {
    "csv": ("CSV", "spreadsheets, anything"),
    "ecsv": ("ECSV", "astropy, with units"),
    "votable": ("VOTable", "TOPCAT, Aladin, DS9"),
    "fits": ("FITS", "a binary table"),
    "parquet": ("Parquet", "pandas, polars, large tables"),
    "json": ("JSON", "programs"),
}


def export(table: pa.Table, format: str, about: About | None = None) -> Export:
    """The whole table in one of FORMATS, telling where it is from; rows and columns are chosen before.

    Raises BadQuery.
    """
    if format not in _WRITERS:
        raise BadQuery(f"The format must be one of {', '.join(FORMATS)}, not {quoted(format)}.", "format")
    content_type, write = _WRITERS[format]
    return Export(
        content_type, _EXTENSIONS.get(format, format), write(with_about(table, about) if about else table)
    )
