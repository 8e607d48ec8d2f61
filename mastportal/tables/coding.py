"""A column as small integer codes, in which rows are filtered and counted; no Django, no archive client."""

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mastportal.tables.columns import Column

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Array: TypeAlias = "pa.Array[Any]"
Values: TypeAlias = "pa.ChunkedArray[Any] | pa.Array[Any]"
Encoded: TypeAlias = "pa.DictionaryArray[Any, Any]"


@dataclass(frozen=True, slots=True)
class Codes:
    """A column as codes: each row has one raw value, each raw value one or more elements.

    `raw_of_row` holds D for null, D being the number of distinct raw values. `element_of_link[i]` is an
    element of raw value `raw_of_link[i]`; both are None where each raw value is its own element. Raw values
    and elements ascend ignoring case; `rank_of_raw` counts from 1, equal where only case differs. `labels`
    are the elements as most often spelled, `folded` as they are compared. `total_of_raw` ends with the nulls.
    """

    raw_of_row: Ints
    raw: Array
    rank_of_raw: Ints
    raw_of_link: Ints | None
    element_of_link: Ints | None
    labels: Array
    folded: Array
    total_of_raw: Ints

    @property
    def nbytes(self) -> int:
        links = 0 if self.raw_of_link is None or self.element_of_link is None else 2 * self.raw_of_link.nbytes
        return int(
            self.raw_of_row.nbytes
            + 2 * self.total_of_raw.nbytes
            + links
            + self.raw.nbytes
            + 2 * self.labels.nbytes
        )

    def count_elements(self, count_of_raw: Ints) -> Ints:
        """Rows per element (last: null), from rows per raw value (last: null)."""
        if self.raw_of_link is None or self.element_of_link is None:
            return count_of_raw
        size = len(self.labels)
        counts = np.bincount(
            self.element_of_link, weights=count_of_raw[self.raw_of_link], minlength=size + 1
        ).astype(np.int64)
        counts[size] = count_of_raw[-1]
        return counts

    def rows_having(self, element_wanted: Mask) -> Mask:
        """Rows with at least one of the wanted elements; never a null row."""
        wanted = np.zeros(len(self.raw) + 1, dtype=np.bool_)
        if self.raw_of_link is None or self.element_of_link is None:
            wanted[:-1] = element_wanted
        else:
            wanted[self.raw_of_link[element_wanted[self.element_of_link]]] = True
        return wanted[self.raw_of_row]

    def null_rows(self) -> Mask:
        is_null: Mask = self.raw_of_row == len(self.raw)
        return is_null


def code(values: Values, column: Column) -> Codes:
    """The codes of one column; text is folded to ignore case, joined text is split into trimmed elements."""
    encoded = _encoded(values, column)
    size = len(encoded.dictionary)
    found_raw = encoded.indices.cast(pa.int64()).fill_null(size).to_numpy(zero_copy_only=False)
    totals = np.bincount(found_raw, minlength=size + 1)
    compared = _folded(encoded.dictionary, column)
    order = _order(compared, totals[:-1])
    raw, compared, totals = (
        encoded.dictionary.take(order),
        compared.take(order),
        np.append(totals[order], totals[-1]),
    )
    raw_of_row = np.append(np.argsort(order), size)[found_raw]
    rank_of_raw = np.cumsum(np.append(size > 0, pc.not_equal(compared[1:], compared[:-1])), dtype=np.int64)[
        :size
    ]
    if not column.is_text or (not column.separator and rank_of_raw[-1:].sum() == size):
        return Codes(raw_of_row, raw, rank_of_raw, None, None, raw, compared, totals)
    return Codes(raw_of_row, raw, rank_of_raw, *_elements(_texts(raw), totals, column.separator), totals)


def _encoded(values: Values, column: Column) -> Encoded:
    if not pa.types.is_dictionary(values.type):
        values = _plain(values, column).dictionary_encode()
    if isinstance(values, pa.ChunkedArray):
        one = values.unify_dictionaries().combine_chunks() if values.num_chunks != 1 else values.chunk(0)
        return cast(Encoded, one)
    return cast(Encoded, values)


def _plain(values: Values, column: Column) -> Values:
    """Values as they are compared: not-a-number and the infinities are nulls, as everywhere in the portal."""
    if column.type == "float":
        return cast(Values, pc.if_else(pc.is_finite(values), pc.add(values.cast(pa.float64()), 0.0), None))
    if column.type == "string" and not pa.types.is_string(values.type):
        return values.cast(pa.string())
    return values


def _folded(raw: Array, column: Column) -> Array:
    if column.is_text:
        return pa.array([value.casefold() for value in _texts(raw)], pa.string())
    return raw.cast(pa.int8()) if column.type == "bool" else raw


def _texts(values: Array) -> list[str]:
    """The values of an array without nulls."""
    return cast(list[str], values.to_pylist())


def _order(compared: Array, totals: Ints) -> Ints:
    """By value; of several spellings the most frequent first."""
    spelled = pa.table({"value": compared, "total": totals})
    found = pc.sort_indices(spelled, sort_keys=[("value", "ascending"), ("total", "descending")])
    order: Ints = found.to_numpy().astype(np.int64)
    return order


def _elements(raw: list[str], totals: Ints, separator: str) -> tuple[Ints, Ints, Array, Array]:
    """Links raw value → element without repeats, then the elements as most often spelled and as compared."""
    spelled: dict[str, tuple[int, str]] = {}
    links: list[tuple[int, str]] = []
    for number, value in enumerate(raw):
        parts = {part.casefold(): part for part in reversed(split(value, separator))}
        links.extend((number, folded) for folded in parts)
        for folded, part in parts.items():
            if folded not in spelled or spelled[folded][0] < totals[number]:
                spelled[folded] = (int(totals[number]), part)
    ordered = sorted(spelled, key=str.encode)
    code_of = {folded: number for number, folded in enumerate(ordered)}
    return (
        np.array([number for number, _ in links], dtype=np.int64),
        np.array([code_of[folded] for _, folded in links], dtype=np.int64),
        pa.array([spelled[folded][1] for folded in ordered], pa.string()),
        pa.array(ordered, pa.string()),
    )


def split(value: str, separator: str) -> list[str]:
    """The trimmed elements of a joined value; one without any is the empty text, which is not a null."""
    if not separator:
        return [value]
    return [part for piece in value.split(separator) if (part := piece.strip())] or [""]
