"""Owns the few steps between Arrow and numpy that this room shares; Arrow's stubs type them too narrowly."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

compute: Any = pyarrow.compute
Values = Any  # an Arrow array, chunked or not
Mask = npt.NDArray[np.bool_]


def one_array(values: Values) -> Values:
    """The same values in one piece, as Arrow's list and dictionary functions want them."""
    if not isinstance(values, pa.ChunkedArray):
        return values
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)


def as_mask(values: Values) -> Mask:
    """Booleans as a numpy mask; null is false."""
    return np.asarray(compute.fill_null(values, False), dtype=bool)


def texts(values: Values) -> Values:
    return one_array(values).cast(pa.string())


def among(values: Values, wanted: Any) -> Mask:
    """Where `values` are one of `wanted`."""
    return as_mask(compute.is_in(values, value_set=pa.array(list(wanted), pa.string())))


def not_among(values: list[str], known: Values) -> list[str]:
    """Those of `values` that are not in the column `known`, in their order."""
    given: Any = pa.array(values, pa.string())
    foreign = compute.invert(compute.is_in(given, value_set=compute.unique(known)))
    return list(given.filter(foreign).to_pylist())
