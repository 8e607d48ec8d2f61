"""Which rows of a table lie in a region of the sky: the grammar's `sky=`; no Django, no archive client."""

import numpy as np
import pyarrow as pa

from mastportal.sphere import regions
from mastportal.sphere.footprints import Footprints
from mastportal.sphere.meeting import meets
from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Floats, Mask
from mastportal.tables.columns import BadQuery, columns_of

OUTLINE = "s_region"
POSITIONS = (("s_ra", "s_dec"), ("targ_ra", "targ_dec"))


def has_places(schema: pa.Schema) -> bool:
    """Whether the rows of such a table are anywhere on the sky."""
    return _outlined(schema) or _position(schema) is not None


def _outlined(schema: pa.Schema) -> bool:
    columns = columns_of(schema)
    return OUTLINE in columns and columns[OUTLINE].is_text


def _position(schema: pa.Schema) -> tuple[str, str] | None:
    columns = columns_of(schema)
    there = [pair for pair in POSITIONS if all(name in columns and columns[name].is_number for name in pair)]
    return there[0] if there else None


def checked(text: str, schema: pa.Schema) -> str:
    """A region's text without surplus blanks; empty asks for the whole sky. Raises BadQuery."""
    written = " ".join(text.split())
    if not written:
        return ""
    try:
        regions.read(written)
    except regions.BadRegion as error:
        raise BadQuery(str(error), "sky") from error
    if not has_places(schema):
        raise BadQuery("The rows of this table have no position on the sky to be filtered by.", "sky")
    return written


def footprints(table: OpenTable) -> Footprints:
    """The footprints of all rows, read once for an open table and counted in its bytes."""

    def make() -> Footprints:
        nowhere: Floats = np.full(table.num_rows, np.nan)
        position = _position(table.schema)
        ra_deg, dec_deg = map(table.numbers, position) if position else (nowhere, nowhere)
        missing = pa.nulls(table.num_rows, pa.string())
        outlines = table.table.column(OUTLINE) if _outlined(table.schema) else missing
        return Footprints.of(outlines, ra_deg, dec_deg)

    return table.kept(("footprints", ""), make)


def inside(table: OpenTable, text: str) -> Mask:
    """The rows that meet a region, shape (rows,); callers must not change the array."""
    return table.recent(("sky", text), lambda: meets(footprints(table), regions.read(text)))
