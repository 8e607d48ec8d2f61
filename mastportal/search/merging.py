"""Owns how the product lists of many observations become one table without duplicates; knows no database."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
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
    """The rows of all `lists`, each dataURI once, in order; rows without one are no files.

    Of several rows of one file the one marked as recommended is kept, else an own one, else the first:
    MAST lists an association pool for the observation it was made for and for each of its exposures.
    A column `parents` joins by `;` the `parent_obsid` of every list that names the product.
    """
    table = pa.concat_tables([schema.empty_table(), *lists], promote_options="default")
    table = table.filter(pc.is_valid(table["dataURI"])).combine_chunks()
    if not table.num_rows:
        return table.append_column(PARENTS, pa.array([], pa.string()))
    uris = table["dataURI"].combine_chunks().dictionary_encode()
    codes = uris.indices.to_numpy(zero_copy_only=False)
    order = np.lexsort((np.arange(len(codes)), _preference(table), codes))
    kept = order[np.searchsorted(codes[order], np.arange(len(uris.dictionary)))]
    parents = _parents(codes, table["parent_obsid"].combine_chunks())
    # The dictionary is in order of first appearance, and parents are in the same order.
    return table.take(kept).append_column(PARENTS, parents)


def _preference(table: pa.Table) -> Ints:
    """For each row how little it is preferred among rows of the same file."""
    unmarked = pc.is_null(table["productGroupDescription"]).to_numpy(zero_copy_only=False)
    own = pc.equal(table["obsID"], table["parent_obsid"]).fill_null(False).to_numpy(zero_copy_only=False)
    return np.where(~unmarked, 0, np.where(own, 1, 2))


def _parents(codes: Ints, obsids: "pa.Array[Any]") -> "pa.Array[Any]":
    """For each code the distinct obsids of its rows, joined."""
    encoded = obsids.fill_null("").dictionary_encode()
    parent = encoded.indices.to_numpy(zero_copy_only=False)
    width = len(encoded.dictionary)
    pairs = np.unique(codes.astype(np.int64) * width + parent)
    offsets = np.searchsorted(pairs // width, np.arange(codes.max() + 2)).astype(np.int32)
    names = encoded.dictionary.take(pairs % width)
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names)
    joined: pa.Array[Any] = cast(Any, pc.binary_join(lists, ";"))
    return joined
