"""Turns one raw JSON page of the archive into an Arrow table with declared types and true nulls.

astroquery's own Table is never built: for large answers it takes minutes and gigabytes and loses the nulls.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mastportal.mast.errors import Unavailable
from mastportal.mast.fields import Field, arrow_schema

NO_SEQUENCE = -999
_MS_DATE = re.compile(r"^/Date\((-?\d+)\)/$")
_TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def page_table(page: Mapping[str, Any], fields: Sequence[Field]) -> pa.Table:
    """The page's rows, one column for each of `fields` whatever the page has; columns not declared are left out.

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


def _column(field: Field, values: list[Any]) -> pa.Array:
    makers: dict[str, Callable[[list[Any]], pa.Array]] = {
        "string": _texts,
        "float": _floats,
        "int": _integers,
        "bool": _truths,
    }
    column = makers[field.type](values)
    if field.name == "sequence_number":
        return pc.if_else(pc.equal(column, NO_SEQUENCE), None, column)
    return column


def _texts(values: list[Any]) -> pa.Array:
    dated = next((value for value in values if value), None)
    if isinstance(dated, str) and dated.startswith("/Date("):
        values = [_iso(value) for value in values]
    return pa.array(
        [value if value.__class__ is str and value else _text(value) for value in values], pa.string()
    )


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _iso(value: Any) -> Any:
    match = _MS_DATE.match(value) if isinstance(value, str) else None
    if match is None:
        return value
    return datetime.fromtimestamp(int(match[1]) / 1000, UTC).isoformat(timespec="milliseconds")[:-6]


def _floats(values: list[Any]) -> pa.Array:
    try:
        column = pa.array(values, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        column = pa.array([_number(value) for value in values], pa.float64())
    return pc.if_else(pc.is_finite(column), column, None)


def _integers(values: list[Any]) -> pa.Array:
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
    except (TypeError, ValueError):
        return None
    return number if number - number == 0 else None


def _truths(values: list[Any]) -> pa.Array:
    return pa.array([_TRUTH.get(str(value).casefold()) for value in values], pa.bool_())


def _with_keys(table: pa.Table) -> pa.Table:
    """Fills a missing dataURI from the file name, as MAST makes it: mast:JWST/product/<file name>."""
    names = table.column_names
    name = next((each for each in ("filename", "fileName") if each in names), None)
    if name is None or "dataURI" not in names or table["dataURI"].null_count == 0:
        return table
    made = pc.binary_join_element_wise("mast:JWST/product/", table[name], "")
    place = table.schema.get_field_index("dataURI")
    return table.set_column(place, table.schema.field(place), pc.coalesce(table["dataURI"], made))
