"""What a column of an Arrow table says about itself; imports neither Django nor the archive client."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NoReturn

import pyarrow as pa

QUOTED_MOST = 80


class BadQuery(ValueError):
    """A person asked for something a table cannot answer; `field` is the parameter at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def quoted(text: str) -> str:
    """What a person wrote, as a sentence gives it back: not a hundred thousand characters of it."""
    return f"“{text}”" if len(text) <= QUOTED_MOST else f"“{text[:QUOTED_MOST]}…”"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` is string, int, float or bool; `kind` is values, range, text or none.

    `heading` stands above the column: the label, or a shorter word where that is too wide. `ucd` and `system`
    (icrs, utc or tdb) are the Virtual Observatory's words for what it holds, empty where it has none.
    """

    name: str
    type: str
    label: str
    unit: str
    description: str
    separator: str
    kind: str
    visible: bool
    heading: str
    ucd: str = ""
    system: str = ""

    @property
    def is_text(self) -> bool:
        return self.type == "string"

    @property
    def is_number(self) -> bool:
        return self.type in {"int", "float"}


def _type_of(arrow_type: pa.DataType) -> str:
    if pa.types.is_dictionary(arrow_type):
        return _type_of(arrow_type.value_type)
    if pa.types.is_boolean(arrow_type):
        return "bool"
    if pa.types.is_integer(arrow_type):
        return "int"
    return "float" if pa.types.is_floating(arrow_type) else "string"


def describe(field: "pa.Field[Any]") -> Column:
    told = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    kind_of_type = {"string": "values", "bool": "values", "int": "values", "float": "range"}
    type_ = _type_of(field.type)
    unit = told.get("unit", "")
    label = (told.get("label") or field.name).removesuffix(f" ({unit})")
    return Column(
        name=field.name,
        type=type_,
        label=label,
        unit=unit,
        description=told.get("description", ""),
        separator=told.get("separator", "") if type_ == "string" else "",
        kind=told.get("kind") or kind_of_type[type_],
        visible=told.get("visible", "1") != "0",
        heading=told.get("heading") or label,
        ucd=told.get("ucd", ""),
        system=told.get("system", ""),
    )


def columns_of(schema: pa.Schema) -> dict[str, Column]:
    """Every column by its name, in the table's order; callers must not change the dictionary."""
    # Schemas that differ in metadata only are equal to Arrow, so the schema itself is no key.
    return _columns_of(schema.serialize().to_pybytes())


@lru_cache(maxsize=64)
def _columns_of(serialized: bytes) -> dict[str, Column]:
    return {field.name: describe(field) for field in pa.ipc.read_schema(pa.py_buffer(serialized))}


def column_named(name: str, schema: pa.Schema, parameter: str) -> Column:
    """The column of that exact name; else BadQuery with the nearest known names."""
    return columns_named([name], schema, parameter)[0]


def columns_named(names: Iterable[str], schema: pa.Schema, parameter: str) -> list[Column]:
    """As `column_named`, of many."""
    known = columns_of(schema)
    return [known[name] if name in known else _refused(name, known, parameter) for name in names]


def _refused(name: str, known: Iterable[str], parameter: str) -> NoReturn:
    by_folded = {column.casefold(): column for column in known}
    likely = name.casefold()[:QUOTED_MOST]
    near = [by_folded[match] for match in get_close_matches(likely, by_folded, n=3, cutoff=0.5)]
    advice = f" Nearest: {', '.join(near)}." if near else " See the list of columns."
    raise BadQuery(f"There is no column {quoted(name)} in this table.{advice}", parameter)
