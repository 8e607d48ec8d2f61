"""Random filters over recorded rows, and the rows and counts they lead to, made by pyarrow alone."""

import random
from collections import Counter
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

JOINED = {"filters", "target_classification", "wavelength_region", "obs_collection", "project"}
COUNTED = (
    "filters",
    "target_classification",
    "wavelength_region",
    "obs_collection",
    "instrument_name",
    "dataproduct_type",
    "calib_level",
    "proposal_id",
    "target_name",
    "dataRights",
    "intentType",
)
RANGES = ("t_min", "t_exptime", "s_ra", "em_max")
Counts = dict[object, tuple[int, int]]


@dataclass(frozen=True)
class Wish:
    """One column's filter: `operator` is f, not, range or null."""

    operator: str
    column: str
    values: tuple[object, ...] = ()

    def parameters(self) -> list[tuple[str, str]]:
        """In the table grammar."""
        match self.operator:
            case "range":
                low, high = self.values
                return [(f"min.{self.column}", repr(low)), (f"max.{self.column}", repr(high))]
            case "null":
                return [(f"null.{self.column}", "1")]
        return [(f"{self.operator}.{self.column}", str(value)) for value in self.values]

    def mask(self, table: pa.Table) -> pa.ChunkedArray:
        column = table[self.column]
        match self.operator:
            case "null":
                return pc.is_null(column)
            case "range":
                low, high = self.values
                within = pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))
                return pc.fill_null(within, False)
        having = _having(table, self.column, self.values)
        return having if self.operator == "f" else pc.and_(pc.invert(having), pc.is_valid(column))


def _pairs(table: pa.Table, name: str) -> tuple[pa.Array, pa.Array]:
    """Row numbers and elements, a row as often as it has elements; texts trimmed and in lower case."""
    column = table[name].combine_chunks()
    rows = pa.array(range(table.num_rows), pa.int64())
    if not pa.types.is_string(column.type):
        return rows, column
    if name in JOINED:
        lists = pc.split_pattern(column, ";")
        rows, column = pc.list_parent_indices(lists), pc.list_flatten(lists)
        column = pc.utf8_trim_whitespace(column)
        filled = pc.not_equal(column, "")
        rows, column = rows.filter(filled), column.filter(filled)
    return rows, pc.utf8_lower(column)


def _having(table: pa.Table, name: str, values: tuple[object, ...]) -> pa.Array:
    rows, elements = _pairs(table, name)
    wanted = [str(value).lower() if isinstance(value, str) else value for value in values]
    chosen = rows.filter(pc.fill_null(pc.is_in(elements, pa.array(wanted, elements.type)), False))
    return pc.is_in(pa.array(range(table.num_rows), pa.int64()), chosen)


def kept(table: pa.Table, wishes: list[Wish], ignoring: str = "") -> pa.Table:
    """The rows that pass all wishes save those on the column `ignoring`."""
    masks = [wish.mask(table) for wish in wishes if wish.column != ignoring]
    return table.filter(reduce(pc.and_, masks)) if masks else table


def counts(table: pa.Table, wishes: list[Wish], name: str) -> Counts:
    """Each value's rows under the other columns' wishes and in all, as a facet must have them."""
    count, total = _tally(kept(table, wishes, ignoring=name), name), _tally(table, name)
    return {value: (count[value], total[value]) for value in total}


def _tally(table: pa.Table, name: str) -> Counter[object]:
    """Rows, not elements: a row that holds a value twice counts once."""
    rows, elements = _pairs(table, name)
    once = pa.table({"row": rows, "value": elements}).group_by(["row", "value"]).aggregate([])
    tally = Counter({row["values"]: row["counts"] for row in pc.value_counts(once["value"]).to_pylist()})
    tally.pop(None, None)
    if missing := table[name].null_count:
        tally[None] = missing
    return tally


def random_wishes(table: pa.Table, seed: int) -> list[Wish]:
    """One to three filters on different columns with values that some row has."""
    dice = random.Random(seed)
    columns = dice.sample([*COUNTED, *RANGES], dice.randint(1, 3))
    if seed % 2 and not JOINED.intersection(columns):
        columns[0] = dice.choice(["filters", "target_classification", "wavelength_region"])
    return [_wish(table, column, dice) for column in columns]


def _wish(table: pa.Table, name: str, dice: random.Random) -> Wish:
    if name in RANGES:
        known = table[name].drop_null().to_pylist()
        return Wish("range", name, tuple(sorted(dice.sample(known, 2))))
    if table[name].null_count and dice.random() < 0.1:
        return Wish("null", name)
    _, elements = _pairs(table, name)
    # Half of the time by frequency, else among the distinct values, the rare ones too.
    pool = elements if dice.random() < 0.5 else pc.unique(elements)
    values = {pool[dice.randrange(len(pool))].as_py() for _ in range(dice.randint(1, 4))} - {None}
    return Wish(dice.choice(["f", "f", "not"]), name, tuple(sorted(values))) if values else Wish("null", name)


def within(table: pa.Table, name: str, low: float, high: float, is_last: bool) -> int:
    """Rows with a number from `low` up to `high`, which itself belongs to the last bin only."""
    column = table[name]
    below = pc.less_equal(column, high) if is_last else pc.less(column, high)
    return pc.sum(pc.and_(pc.greater_equal(column, low), below)).as_py() or 0
