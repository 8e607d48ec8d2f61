"""Owns how the product lists of many observations become one table without duplicates; knows no database."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PARENTS = pa.field(
    "parents",
    pa.string(),
    metadata={
        "label": "Observations",
        "unit": "",
        "description": "The observations that list this product",
        "separator": ";",
        "kind": "values",
        "visible": "0",
    },
)


def merged(lists: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """The rows of all `lists`, the first of each dataURI, in order; rows without one are no files.

    A column `parents` joins by `;` the `parent_obsid` of every list that names the product.
    """
    table = pa.concat_tables([schema.empty_table(), *lists], promote_options="default")
    table = table.filter(pc.is_valid(table["dataURI"])).combine_chunks()
    if not table.num_rows:
        return table.append_column(PARENTS, pa.array([], pa.string()))
    uris = table["dataURI"].combine_chunks().dictionary_encode()
    codes = uris.indices.to_numpy(zero_copy_only=False)
    _, first = np.unique(codes, return_index=True)
    parents = _parents(codes, table["parent_obsid"].combine_chunks())
    # The dictionary is in order of first appearance, so `first` grows, and parents are in the same order.
    return table.take(pa.array(first)).append_column(PARENTS, parents)


def _parents(codes: np.ndarray, obsids: pa.Array) -> pa.Array:
    """For each code the distinct obsids of its rows, joined."""
    encoded = pc.fill_null(obsids, "").dictionary_encode()
    parent = encoded.indices.to_numpy(zero_copy_only=False)
    width = len(encoded.dictionary)
    pairs = np.unique(codes.astype(np.int64) * width + parent)
    offsets = np.searchsorted(pairs // width, np.arange(codes.max() + 2)).astype(np.int32)
    names = encoded.dictionary.take(pa.array(pairs % width))
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), names), ";")
