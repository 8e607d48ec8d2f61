"""Turns one raw JSON page of the archive into an Arrow table with declared types and true nulls.

astroquery's own Table is never built: for large answers it takes minutes and gigabytes and loses the nulls.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from mastportal.mast.errors import Unavailable
from mastportal.mast.fields import Field, arrow_schema

Column: TypeAlias = "pa.Array[Any]"
NO_SEQUENCE = -999
_MS_DATE = re.compile(r"^/Date\((-?\d+)\)/$")
_TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def page_table(page: Mapping[str, Any], fields: Sequence[Field]) -> pa.Table:
    """The page's rows, one column for each of `fields` whatever the page has, and no others.

    Empty texts, NaN and MAST's stand-in -999 of sequence_number become nulls; `/Date(ms)/` becomes ISO text.
    Raises Unavailable where the page is not a table.
    """
    rows = page.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unavailable("The archive answered without rows where a table was expected.")
    schema = arrow_schema(fields)
    columns = [_column(field, [row.get(field.name) for row in rows]) for field in fields]
    return _with_keys(pa.Table.from_arrays(columns, schema=schema))


def empty_table(fields: Sequence[Field]) -> pa.Table:
    return arrow_schema(fields).empty_table()


def _column(field: Field, values: list[Any]) -> Column:
    makers: dict[str, Callable[[list[Any]], Column]] = {
        "string": _texts,
        "float": _floats,
        "int": _integers,
        "bool": _truths,
    }
    column = makers[field.type](values)
    return _without(column, NO_SEQUENCE) if field.name == "sequence_number" else column


def _without(column: Column, stand_in: int) -> Column:
    """The column with its stand-in value for "none" as null."""
    kept: Column = pc.if_else(pc.equal(column, pa.scalar(stand_in)), None, column)
    return kept


def _texts(values: list[Any]) -> Column:
    dated = next((value for value in values if value), None)
    if isinstance(dated, str) and dated.startswith("/Date("):
        values = [_iso(value) for value in values]
    texts = [value if value.__class__ is str and value else _text(value) for value in values]
    try:
        column = pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell and UTF-8 cannot
        column = pa.array([text and text.encode("utf-8", "replace").decode() for text in texts], pa.string())
    # JSON can spell a NUL; a database's text and an XML file cannot, and nobody means one.
    cleaned: Column = (
        pc.replace_substring(column, "\0", "") if pc.any(pc.match_substring(column, "\0")).as_py() else column
    )
    return cleaned


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        if value - value != 0:
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _iso(value: Any) -> Any:
    match = _MS_DATE.match(value) if isinstance(value, str) else None
    if match is None:
        return value
    try:
        moment = datetime.fromtimestamp(int(match[1]) / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # a year that no calendar has
        return None
    return moment.isoformat(timespec="milliseconds")[:-6]


def _floats(values: list[Any]) -> Column:
    try:
        column = pa.array(values, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        column = pa.array([_number(value) for value in values], pa.float64())
    finite: Column = pc.if_else(pc.is_finite(column), column, None)
    return finite


def _integers(values: list[Any]) -> Column:
    try:
        return pa.array(values, pa.int64())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        numbers = (_number(value) for value in values)
        return pa.array(
            [int(each) if each is not None and abs(each) < 2**63 else None for each in numbers], pa.int64()
        )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number - number == 0 else None


def _truths(values: list[Any]) -> Column:
    return pa.array([_TRUTH.get(str(value).casefold()) for value in values], pa.bool_())


def _with_keys(table: pa.Table) -> pa.Table:
    """Fills a missing dataURI from the file name, as MAST makes it: mast:JWST/product/<file name>."""
    names = table.column_names
    name = next((each for each in ("filename", "fileName") if each in names), None)
    if name is None or "dataURI" not in names or table["dataURI"].null_count == 0:
        return table
    pairs = zip(table["dataURI"].to_pylist(), table[name].to_pylist(), strict=True)
    uris = [uri or (file_name and f"mast:JWST/product/{file_name}") for uri, file_name in pairs]
    place = table.schema.get_field_index("dataURI")
    return table.set_column(place, table.schema.field(place), pa.array(uris, pa.string()))
