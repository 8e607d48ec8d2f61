"""The mission search's tables, made of the observations: a row per executed data set. Knows no HTTP."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

Column: TypeAlias = "pa.ChunkedArray[Any]"
# The stubs refuse plain texts where the kernels take them.
pc: Any = pyarrow.compute
DATASET: Mapping[str, str] = {"hst": "sci_data_set_name", "jwst": "fileSetName"}
MJD_OF_1970 = 40587
_WIRE_TYPES = {
    "integer": "INTEGER", "boolean": "INTEGER", "float": "FLOAT", "ra": "FLOAT", "dec": "FLOAT",
    "datetime": "DATETIME",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MissionColumn:
    """One searchable column and the observation column it is taken from, empty where it stays null."""

    mission: str
    column_name: str
    label: str
    qual_type: str
    datatype: str
    queryable: str
    default_output: str
    indexed: str
    caom_column: str

    @property
    def wire_type(self) -> str:
        if self.column_name in ("ang_sep", "search_pos"):
            return "NULL" if self.column_name == "ang_sep" else "VARCHAR(255)"
        return _WIRE_TYPES.get(self.qual_type, "VARCHAR")

    def described(self) -> dict[str, str]:
        return {
            "field_name": self.label, "description": self.label, "column_name": self.column_name,
            "queryable": self.queryable, "qual_type": self.qual_type,
            "default_output": self.default_output, "indexed": self.indexed, "datatype": self.datatype,
        }  # fmt: skip


@cache
def columns_of(mission: str) -> tuple[MissionColumn, ...]:
    """In the archive's order; empty for a mission the sandbox does not search."""
    with (Path(__file__).parent / "facts" / "mission_columns.csv").open(newline="") as file:
        return tuple(MissionColumn(**row) for row in csv.DictReader(file) if row["mission"] == mission)


def mission_table(mission: str, observations: pa.Table) -> pa.Table:
    """Executed observations only, and `obsid` last: planned ones are not in the mission search."""
    is_ours = pc.equal(observations["obs_collection"], mission.upper())
    is_executed = pc.greater_equal(observations["calib_level"], 0)
    rows = observations.filter(pc.fill_null(pc.and_(is_ours, is_executed), False))
    arrays = [_column(column, rows) for column in columns_of(mission)]
    names = [column.column_name for column in columns_of(mission)]
    return pa.table([*arrays, rows["obsid"]], names=[*names, "obsid"])


def _column(column: MissionColumn, rows: pa.Table) -> Any:
    kinds: dict[str, Any] = {"INTEGER": pa.int64(), "FLOAT": pa.float64(), "NULL": pa.float64()}
    kind = kinds.get(column.wire_type, pa.string())
    if not column.caom_column:
        return pa.nulls(rows.num_rows, kind)
    values = rows[column.caom_column]
    if column.qual_type == "datetime":
        return _as_moments(values)
    if column.caom_column == "instrument_name":
        return pc.replace_substring_regex(values, "/.*", "")
    if column.caom_column == "proposal_pi" and column.mission == "hst":
        return pc.utf8_upper(pc.replace_substring_regex(values, ",.*", ""))
    if kind == pa.int64() and pa.types.is_string(values.type):
        digits = pc.match_substring_regex(values, "^[0-9]{1,9}$")
        return pc.if_else(digits, values, None).cast(kind)
    return values.cast(kind)


def _as_moments(mjd: Column) -> Column:
    """ISO text with microseconds; null stays null."""
    micros = pc.multiply(pc.subtract(mjd, float(MJD_OF_1970)), 86_400e6)
    moments = pc.round(micros).cast(pa.int64(), safe=False).cast(pa.timestamp("us"))
    texts: Column = pc.strftime(moments, "%Y-%m-%dT%H:%M:%S")
    return texts
