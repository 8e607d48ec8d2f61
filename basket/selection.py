"""Owns what of a basket's products is wanted: a preset, filters, single choices; and what that adds up to.

Knows Arrow tables and the table grammar, no models and no requests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from basket.arrays import Mask, Values, among, compute, not_among, texts
from basket.phases import Preset
from basket.rules import RULES
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.filters import matching
from mastportal.tables.grammar import TableQuery

SHOWN_AT_FAULT = 3


@dataclass(frozen=True, slots=True)
class Selection:
    """The wish itself: preset and filters say which, include and exclude correct them file by file."""

    preset: str = Preset.PARENTS.value
    filters: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def parse(cls, wish: Any) -> "Selection":
        """Raises BadQuery, naming the part at fault, for what is not a selection."""
        if not isinstance(wish, Mapping):
            raise BadQuery('A selection is an object such as {"preset": "recommended"}.')
        known = {"preset", "filters", "include", "exclude"}
        if unknown := sorted(set(wish) - known):
            raise BadQuery(
                f"A selection has no “{unknown[0]}”; it has {', '.join(sorted(known))}.", unknown[0]
            )
        preset = wish.get("preset", Preset.PARENTS.value)
        if not isinstance(preset, str) or preset not in RULES:
            raise BadQuery(f"The preset is one of {', '.join(RULES)}.", "preset")
        filters = wish.get("filters") or ""
        if not _is_text(filters):
            raise BadQuery("The filters are a query string such as f.productType=SCIENCE.", "filters")
        uris = {part: _uris(wish.get(part), part) for part in ("include", "exclude")}
        return cls(preset, filters.lstrip("?"), uris["include"], uris["exclude"])

    def as_json(self) -> dict[str, Any]:
        return {
            "preset": self.preset,
            "filters": self.filters,
            "include": list(self.include),
            "exclude": list(self.exclude),
        }

    def check(self, products: OpenTable, before: "Selection | None" = None) -> None:
        """Raises BadQuery where the filters name unknown columns, or a URI is not one of the products.

        URIs that `before` names already may stay: their observation may have been taken out since.
        """
        TableQuery.parse(self.filters, products.schema)
        for part in ("include", "exclude"):
            known = set(before.include + before.exclude) if before else set()
            new = [uri for uri in getattr(self, part) if uri not in known]
            if foreign := not_among(new, products.table["dataURI"]):
                shown = ", ".join(foreign[:SHOWN_AT_FAULT])
                raise BadQuery(f"Not among the products of this basket: {shown}.", part)

    def including(self, uris: Iterable[str]) -> "Selection":
        chosen = set(uris)
        kept = tuple(uri for uri in self.exclude if uri not in chosen)
        return Selection(self.preset, self.filters, tuple(sorted(chosen | set(self.include))), kept)

    def excluding(self, uris: Iterable[str]) -> "Selection":
        dropped = set(uris)
        kept = tuple(uri for uri in self.include if uri not in dropped)
        return Selection(self.preset, self.filters, kept, tuple(sorted(dropped | set(self.exclude))))


def _is_text(value: object) -> bool:
    """Text that can be stored: without NUL and halves of characters."""
    return isinstance(value, str) and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)


def _uris(value: Any, part: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(map(_is_text, value)):
        raise BadQuery(f"“{part}” is a list of dataURIs.", part)
    return tuple(sorted(set(value)))


def _among(products: OpenTable, uris: tuple[str, ...]) -> Mask:
    if not uris:
        return np.zeros(products.num_rows, dtype=bool)
    return among(products.table["dataURI"], uris)


def chosen(products: OpenTable, selection: Selection) -> Mask:
    """Which rows of `products` are wanted: the preset's, within the filters, corrected file by file."""
    mask = RULES[selection.preset](products.table)
    if selection.filters:
        mask &= matching(products, TableQuery.parse(selection.filters, products.schema))
    return (mask | _among(products, selection.include)) & ~_among(products, selection.exclude)


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a basket's products, and its sums."""

    products: OpenTable
    mask: Mask

    @classmethod
    def all_of(cls, products: OpenTable) -> "Wanted":
        return cls(products, np.ones(products.num_rows, dtype=bool))

    @classmethod
    def none_of(cls, products: OpenTable) -> "Wanted":
        return cls(products, np.zeros(products.num_rows, dtype=bool))

    @cached_property
    def table(self) -> pa.Table:
        return self.products.table.filter(pa.array(self.mask))

    @property
    def files(self) -> int:
        return int(self.mask.sum())

    @property
    def bytes(self) -> int:
        return _sum(self.table["size"])

    @property
    def restricted(self) -> int:
        """How many of the files only come with a token that MAST accepts for their programme."""
        return _sum(self.table["needs_token"].cast(pa.int64()))

    def uris(self) -> list[str]:
        return [str(uri) for uri in self.table["dataURI"].to_pylist()]


def _sum(values: Values) -> int:
    return int(compute.sum(values).as_py() or 0)


def sums_by(products: OpenTable, column: str, mask: Mask) -> list[dict[str, Any]]:
    """Files and bytes, of all and of the wanted ones, for each value of `column`; the largest first."""
    wanted = mask.astype(np.int64)
    size = compute.fill_null(products.table["size"], 0).to_numpy()
    columns: dict[str, Any] = {
        "value": texts(products.table[column]),
        "total": np.ones(products.num_rows, dtype=np.int64),
        "total_bytes": size,
        "files": wanted,
        "bytes": size * wanted,
    }
    table = pa.table(columns)
    numbers = ["total", "total_bytes", "files", "bytes"]
    grouped = table.group_by("value").aggregate([(name, "sum") for name in numbers])
    rows = [
        {"value": row["value"]} | {name: row[f"{name}_sum"] for name in numbers}
        for row in grouped.to_pylist()
    ]
    return sorted(rows, key=lambda row: (-row["total_bytes"], str(row["value"])))
