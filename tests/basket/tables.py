"""Small product tables made up for tests: rows as dictionaries, the rest of the columns empty."""

from typing import Any

import pyarrow as pa

from basket.contents import Contents, products_table
from mastportal.mast.fields import PRODUCT_FIELDS, arrow_schema
from mastportal.search.merging import merged
from mastportal.tables.codes import OpenTable

TODAY_MJD = 61274.0


def harvested_table(rows: list[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema(PRODUCT_FIELDS)
    columns = [pa.array([row.get(name) for row in rows], schema.field(name).type) for name in schema.names]
    return merged([pa.table(columns, schema=schema)], schema)


def product(name: str, obsid: str = "1", parent: str = "1", **fields: Any) -> dict[str, Any]:
    """A product row as the archive lists it."""
    told = {
        "dataURI": f"mast:JWST/product/{name}",
        "productFilename": name,
        "obsID": obsid,
        "parent_obsid": parent,
        "obs_collection": "JWST",
        "obs_id": name.rpartition("_")[0],
        "productType": "SCIENCE",
        "calib_level": 3,
        "size": 1000,
        "dataRights": "PUBLIC",
        "proposal_id": "1234",
    }
    return told | fields


def table_of(rows: list[dict[str, Any]], *lines: dict[str, Any], singles: tuple[Any, ...] = ()) -> pa.Table:
    known = lines or tuple({"obsid": obsid} for obsid in {row["parent_obsid"] for row in rows})
    return products_table(Contents(known, singles), harvested_table(rows), TODAY_MJD)


def open_table(
    rows: list[dict[str, Any]], *lines: dict[str, Any], singles: tuple[Any, ...] = ()
) -> OpenTable:
    return OpenTable(table_of(rows, *lines, singles=singles))
