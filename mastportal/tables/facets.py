"""How many rows each value of a column has under the filters; no Django, no archive client."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Array, Codes, Ints, Mask
from mastportal.tables.columns import Column, columns_named
from mastportal.tables.filters import Masks
from mastportal.tables.folding import can_fold, folded_values
from mastportal.tables.grammar import FACET_LIMIT, TableQuery, meaning
from mastportal.tables.histogram import range_facet

Facet = dict[str, Any]


def facets(
    table: OpenTable, query: TableQuery, columns: Sequence[str], limit: int = FACET_LIMIT, within: str = ""
) -> list[Facet]:
    """One facet a column, in the contract's shape; a column's counts ignore the filters on that column.

    Values come with their `count` under the other filters and their `total` in the whole table, most frequent
    first; those chosen by a filter are there however rare. `within` keeps values that contain a text.
    Ranges come with bins. Raises BadQuery for an unknown column.
    """
    described = columns_named(columns, table.schema, "facets")
    masks = Masks(table, query)
    everything = not query.is_filtered
    found = []
    for column in described:
        mask = masks.ignoring(column.name)
        if _is_measured(column):
            found.append(range_facet(table, column, mask))
        else:
            kept = None if everything else mask
            if column.name in query.fold and can_fold(column):
                found.append(_folded_facet(table, column, kept, limit, within))
            else:
                found.append(values_facet(table.codes(column.name), column, kept, query, limit, within))
    return found


def _folded_facet(table: OpenTable, column: Column, mask: Mask | None, limit: int, within: str) -> Facet:
    codes = table.codes(column.name)
    totals = codes.count_elements(codes.total_of_raw)
    counts = totals if mask is None else codes.count_elements(_count_raw(codes, mask))
    values, more = folded_values(table, codes, column, counts, totals, limit, within.casefold())
    return {"column": column.name, "label": column.label, "kind": "values", "values": values, "more": more}


def _is_measured(column: Column) -> bool:
    """Whole numbers without a unit name or count things, as a programme's does: each is a value."""
    return column.kind == "range" and (column.type == "float" or (column.type == "int" and bool(column.unit)))


def values_facet(
    codes: Codes, column: Column, mask: Mask | None, query: TableQuery, limit: int, within: str
) -> Facet:
    """The facet of a column whose values are counted one by one; `mask` None means every row."""
    totals = codes.count_elements(codes.total_of_raw)
    counts = totals if mask is None else codes.count_elements(_count_raw(codes, mask))
    chosen = _chosen(codes, column, query)
    shown, more = _most_frequent(codes, counts, totals, limit, within.casefold(), chosen)
    labels = codes.labels.take(
        pa.array([number if number < len(codes.labels) else None for number in shown], pa.int64())
    )
    values = [
        {"value": label, "count": int(counts[number]), "total": int(totals[number])}
        for number, label in zip(shown, labels.to_pylist(), strict=True)
    ]
    return {"column": column.name, "label": column.label, "kind": "values", "values": values, "more": more}


def _count_raw(codes: Codes, mask: Mask) -> Ints:
    return np.bincount(codes.raw_of_row[mask], minlength=len(codes.raw) + 1)


def _chosen(codes: Codes, column: Column, query: TableQuery) -> Ints:
    """Numbers of the elements that a filter names."""
    texts = [text for operator in ("f", "not") for text in query.values(operator, column.name)]
    if not texts:
        return np.empty(0, dtype=np.int64)
    meanings: list[Any] = [meaning(text, column) for text in texts]
    wanted: Array = pa.array(meanings)
    compared = codes.folded if column.is_text else codes.folded.cast(pa.float64(), safe=False)
    return np.flatnonzero(pc.is_in(compared, value_set=wanted).to_numpy(zero_copy_only=False))


def _most_frequent(
    codes: Codes, counts: Ints, totals: Ints, limit: int, within: str, chosen: Ints
) -> tuple[list[int], int]:
    """Numbers of the elements to show (the last number is null), and how many are left out."""
    size = len(codes.labels)
    candidates = np.arange(size + 1 if totals[size] else size)
    if within:
        texts = codes.folded.cast(pa.string())
        candidates = np.flatnonzero(pc.match_substring(texts, within).to_numpy(zero_copy_only=False))
    shown = [int(number) for number in _first(candidates, counts, totals, limit)]
    if len(chosen) and len(candidates) > len(shown):
        shown += [number for number in np.intersect1d(chosen, candidates).tolist() if number not in shown]
    return shown, len(candidates) - len(shown)


def _first(candidates: Ints, counts: Ints, totals: Ints, limit: int) -> Ints:
    """The first candidates by falling count, falling total, then value (elements are numbered in order)."""
    count, total = counts[candidates], totals[candidates]
    if len(candidates) > limit:
        weight = count * (int(total.max()) + 1) + total
        least = np.partition(weight, len(weight) - limit)[len(weight) - limit]
        above, level = np.flatnonzero(weight > least), np.flatnonzero(weight == least)
        first = np.concatenate([above, level[: limit - len(above)]])
        candidates, count, total = candidates[first], count[first], total[first]
    return candidates[np.lexsort((candidates, -total, -count))]
