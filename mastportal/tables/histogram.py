"""The histogram of a column of numbers under the filters; imports neither Django nor the archive client."""

from typing import Any

import numpy as np

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Floats, Ints, Mask
from mastportal.tables.columns import Column

BINS = 24
LOGARITHMIC_FROM = (
    1000.0  # a column of positive numbers spanning more than this factor has bins of equal ratio
)


def range_facet(table: OpenTable, column: Column, mask: Mask) -> dict[str, Any]:
    """The whole table's range in `bins` equal steps or ratios, counted over the rows of `mask`.

    Bins hold their lower edge and not their upper one, the last holds both. A column without any number has
    neither `min`, `max` nor bins.
    """
    edges = _edges(table, column.name)
    bin_of_row = table.kept(("bins", column.name), lambda: _bins(table.numbers(column.name), edges))
    totals = np.bincount(bin_of_row, minlength=len(edges))
    counts = np.bincount(bin_of_row[mask], minlength=len(edges))
    bins = [
        {"min": low, "max": high, "count": int(counts[number])}
        for number, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    ]
    return {
        "column": column.name,
        "label": column.label,
        "kind": "range",
        "unit": column.unit,
        "min": float(edges[0]) if len(edges) else None,
        "max": float(edges[-1]) if len(edges) else None,
        "bins": bins,
        "null": {"count": int(counts[-1]), "total": int(totals[-1])} if len(edges) else None,
    }


def _edges(table: OpenTable, name: str) -> Floats:
    def make() -> Floats:
        numbers = table.numbers(name)
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return np.empty(0)
        low, high = float(known.min()), float(known.max())
        with np.errstate(over="ignore"):
            if low > 0 and high / low > LOGARITHMIC_FROM:
                edges = np.geomspace(low, high, BINS + 1)
            else:
                # Of halves, for the whole distance may be more than a float can say.
                edges = 2 * np.linspace(low / 2, high / 2, BINS + 1 if high > low else 2)
        edges = np.clip(edges, low, high)
        edges[0], edges[-1] = low, high
        return edges

    return table.kept(("edges", name), make)


def _bins(numbers: Floats, edges: Floats) -> Ints:
    """The bin of each row, shape (rows,); rows without a number are in one behind the last."""
    bins = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(len(edges) - 2, 0))
    return np.where(np.isnan(numbers), max(len(edges) - 1, 0), bins).astype(np.int64)
