"""Tables as CSV, ECSV and JSON; imports neither Django nor the archive client."""

import csv
import io
import json
import re
from collections.abc import Iterator

import orjson
import pyarrow as pa

from mastportal.tables.batches import about, batches, described, finite, rows, standard_unit
from mastportal.tables.columns import Column

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_YAML = re.compile("[\x7f-\x9f\ufffe\uffff]")
_LIKE_COMMENT = re.compile(r"(?m)^([ \t]*#[^,\n]*)")
_ECSV_TYPES = {"string": "string", "int": "int64", "float": "float64", "bool": "bool"}


def csv_chunks(table: pa.Table) -> Iterator[bytes]:
    """RFC 4180 with a header line; a text that a spreadsheet would run gets an apostrophe in front.

    Such a text begins with = + - @, tab or return and is no number, so that -12.5 stays what it is. Who needs
    these few texts unchanged takes another format: a spreadsheet is the only reader that runs them.
    """
    yield _lines([table.column_names])
    for batch in rows(table):
        yield _lines([[harmless(value) for value in row] for row in batch])


def _lines(records: list[list[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows(records)
    return sink.getvalue().encode()


def harmless(value: object) -> str:
    """A value in a CSV that nobody's spreadsheet runs: see `csv_chunks`. Nothing is empty."""
    text = _plain(value)
    return (
        f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) and not _is_number(text) else text
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def ecsv_chunks(table: pa.Table) -> Iterator[bytes]:
    """Astropy's ECSV 1.0 with commas, types, units, meanings and UCDs in the header; nothing is a null."""
    header = ["# %ECSV 1.0", "# ---", "# delimiter: ','", "# datatype:"]
    header += [f"# - {_told(column)}" for column in described(table)]
    if told := about(table).told():
        header += ["# meta: !!omap", *(f"# - {{{name}: {_yaml(text)}}}" for name, text in told)]
    header += ["# schema: astropy-2.0"]
    yield ("\n".join(header) + "\n").encode() + _comma_lines([table.column_names])
    for batch in rows(table):
        yield _comma_lines([[_capital(value) for value in row] for row in batch])


def _told(column: Column) -> str:
    parts = {
        "name": column.name,
        "unit": standard_unit(column),
        "datatype": _ECSV_TYPES[column.type],
        "description": column.description or column.label,
    }
    told = ", ".join(f"{key}: {_yaml(value)}" for key, value in parts.items() if value)
    return f"{{{told}, meta: !!omap [ucd: {_yaml(column.ucd)}]}}" if column.ucd else f"{{{told}}}"


def _yaml(text: str) -> str:
    """A JSON text is a YAML text where it holds neither halves of characters nor DEL and its kind."""
    return json.dumps(_NOT_YAML.sub(" ", text), ensure_ascii=False)


def _capital(value: object) -> str:
    return str(value) if isinstance(value, bool) else _plain(value).replace("\r", " ").replace("\n", " ")


def _comma_lines(records: list[list[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(records)
    # A line that begins with # is a comment to readers.
    return _LIKE_COMMENT.sub(r'"\1"', sink.getvalue()).encode()


def json_chunks(table: pa.Table) -> Iterator[bytes]:
    """A list of objects, one line each; nulls for NaN and the infinities."""
    separator = b"[\n"
    for batch in batches(table):
        for row in finite(batch).to_pylist():
            yield separator + orjson.dumps(row)
            separator = b",\n"
    yield b"\n]\n" if separator == b",\n" else b"[]\n"
