"""The facet of a column whose spellings count as one name; imports neither Django nor the archive client."""

from typing import Any

import numpy as np
import pyarrow.compute as pc

from mastportal.tables.codes import OpenTable
from mastportal.tables.coding import Codes, Ints
from mastportal.tables.columns import Column
from mastportal.tables.spellings import folded_name

SPELLINGS_MOST = 50


def can_fold(column: Column) -> bool:
    """Only names of targets are spelled as people like; joined values are counted one by one."""
    return column.is_text and not column.separator and column.name.startswith("targ")


def folds(table: OpenTable, column: str) -> Ints:
    """The number of the fold of each element of the column, shape (elements,), from 0."""

    def make() -> Ints:
        number_of: dict[str, int] = {}
        keys = (folded_name(str(label)) for label in table.codes(column).labels.to_pylist())
        return np.array([number_of.setdefault(key, len(number_of)) for key in keys], dtype=np.int64)

    return table.kept(("folds", column), make)


def folded_values(
    table: OpenTable, codes: Codes, column: Column, counts: Ints, totals: Ints, limit: int, within: str
) -> tuple[list[dict[str, Any]], int]:
    """The most frequent folds with their rows, and how many are left out; `within` is casefolded.

    Each has its commonest spelling as `value` and all of them, commonest first, as `spellings`.
    """
    fold_of = folds(table, column.name)
    size = int(fold_of.max(initial=-1)) + 1
    count, total = (
        np.bincount(fold_of, weights=each[:-1], minlength=size).astype(np.int64) for each in (counts, totals)
    )
    candidates = np.arange(size)
    if within:
        found = pc.match_substring(codes.folded, within).to_numpy(zero_copy_only=False)
        candidates = np.unique(fold_of[found])
    first = candidates[np.lexsort((candidates, -total[candidates], -count[candidates]))][:limit]
    order = np.argsort(fold_of, kind="stable")
    starts = np.searchsorted(fold_of[order], np.arange(size + 1))
    values = []
    for fold in first.tolist():
        elements = order[starts[fold] : starts[fold + 1]]
        elements = elements[np.argsort(-totals[elements], kind="stable")][:SPELLINGS_MOST]
        spellings = codes.labels.take(elements).to_pylist()
        facts = {"count": int(count[fold]), "total": int(total[fold]), "spellings": spellings}
        values.append({"value": spellings[0]} | facts)
    nulls = {"value": None, "count": int(counts[-1]), "total": int(totals[-1])}
    return [*values, *([nulls] if totals[-1] and not within else [])], len(candidates) - len(first)
