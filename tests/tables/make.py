"""Small tables for the tests of this room."""

import pyarrow as pa

SCHEMA = pa.schema(
    [
        pa.field("obsid", pa.string()),
        pa.field("target_name", pa.string(), metadata={"label": "Target Name"}),
        pa.field("filters", pa.string(), metadata={"separator": ";", "label": "Filters"}),
        pa.field("calib_level", pa.int64()),
        pa.field("t_min", pa.float64(), metadata={"unit": "MJD", "kind": "range", "label": "Start Time"}),
        pa.field("mtFlag", pa.bool_()),
        pa.field("s_region", pa.string(), metadata={"kind": "none", "visible": "0"}),
    ],
    metadata={"key": "obsid"},
)

ROWS = [
    ("1", "VV191", "F150W; F356W", 3, 59_800.5, False, "CIRCLE 1 2 3"),
    ("2", "VV-191", "f150w;CLEAR", 2, 59_801.25, False, None),
    ("3", "VV 191", "F444W;", -1, None, None, None),
    ("4", "vv191", None, 3, float("nan"), True, "POLYGON 1 2 3 4 5 6"),
    ("5", None, "", None, 59_900.0, False, None),
]


def table(rows: list[tuple[object, ...]] | None = None) -> pa.Table:
    chosen = ROWS if rows is None else rows
    columns = zip(*chosen, strict=True) if chosen else [[] for _ in SCHEMA]
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
