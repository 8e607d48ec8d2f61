"""The rules by which recorded rows are repaired, each counted. Knows no HTTP.

1. obsid: a blank one becomes a number that follows from obs_collection and obs_id.
2. obs_id: a blank one (planned HST rows) becomes a name that follows from the row's own values.
3. A row whose obs_collection and obs_id were met before is dropped; blank names are never the same.
4. Keyword rows: filename and dataURI name one file, by productLevel: 1b is _uncal, 2b is _cal, 2a and 3
   keep the suffix of the file name.
5. A keyword row whose dataURI was met before is dropped.
6. Product rows without parent_obsid belong to their own obsID.
Sizes, checksums and rights are no repairs: they are those of the body served and of the day.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from .arrow import texts, whole_numbers
from .catalogue import hashed_id

_FIRST_OBSID, _OBSID_SPAN = 400_000_000, 1_000_000_000
_SUFFIX_OF_LEVEL = {"1b": "uncal", "2b": "cal"}
_TELLING = (
    "obs_collection",
    "proposal_id",
    "instrument_name",
    "filters",
    "target_name",
    "s_ra",
    "s_dec",
    "t_exptime",
)
Counts = dict[str, int]


def observations(table: pa.Table, counts: Counts) -> pa.Table:
    """Rules 1 to 3, on rows in order of preference."""
    table = _named(table, counts)
    names = zip(texts(table["obs_collection"]), texts(table["obs_id"]), strict=True)
    keys = [f"{collection} {obs_id}" for collection, obs_id in names]
    table = _first_of_each(table, keys, "observations dropped as duplicates", counts)
    return _numbered(table, counts)


def _named(table: pa.Table, counts: Counts) -> pa.Table:
    names = table["obs_id"].to_pylist()
    blank = [row for row, name in enumerate(names) if not name]
    seen: Counter[str] = Counter()
    for row, record in zip(
        blank, table.select(_TELLING).take(pa.array(blank, type=pa.int64())).to_pylist(), strict=True
    ):
        told = "|".join(str(record[name]) for name in _TELLING)
        instrument = str(record["instrument_name"] or "").partition("/")[0].lower()
        # Identical plans are told apart by their order.
        number = hashed_id(f"{told}|{seen[told]}", 0, 36**6)
        seen[told] += 1
        names[row] = (
            f"{str(record['obs_collection']).lower()}_{record['proposal_id']}_xx_{instrument}_{number:010d}"
        )
    counts["obs_id given"] = len(blank)
    return _with(table, "obs_id", names)


def _numbered(table: pa.Table, counts: Counts) -> pa.Table:
    numbers = whole_numbers(table["obsid"])
    taken = {number for number in numbers if number is not None}
    collections, names = table["obs_collection"].to_pylist(), table["obs_id"].to_pylist()
    given = 0
    for row, recorded in enumerate(numbers):
        if recorded is None:
            number = hashed_id(f"{collections[row]} {names[row]}", _FIRST_OBSID, _OBSID_SPAN)
            while number in taken:
                number += 1
            taken.add(number)
            numbers[row] = number
            given += 1
    counts["obsid given"] = given
    return _with(table, "obsid", numbers)


def keywords(table: pa.Table, counts: Counts) -> pa.Table:
    """Rules 4 and 5, on rows in order of preference."""
    filenames, uris = texts(table["filename"]), texts(table["dataURI"])
    levels = texts(table["productLevel"])
    agreed = [agreed_name(*told) for told in zip(levels, filenames, uris, strict=True)]
    counts["keyword names agreed"] = counts.get("keyword names agreed", 0) + sum(
        filename != uri.rpartition("/")[2] for filename, uri in zip(filenames, uris, strict=True)
    )
    table = _with(
        _with(table, "filename", agreed), "dataURI", [f"mast:JWST/product/{name}" for name in agreed]
    )
    return _first_of_each(table, agreed, "keyword rows dropped as duplicates", counts)


def agreed_name(level: str, filename: str, uri: str) -> str:
    """The one file that a row of this productLevel is about."""
    stem, _, ending = filename.rpartition("_")
    suffix = _SUFFIX_OF_LEVEL.get(level, ending.partition(".")[0])
    return f"{stem}_{suffix}.fits" if stem else uri.rpartition("/")[2]


def products(table: pa.Table, counts: Counts) -> pa.Table:
    """Rule 6; duplicates stay, as MAST lists a file under every parent."""
    counts["product parents given"] = table["parent_obsid"].null_count
    parents = pc.coalesce(table["parent_obsid"], table["obsID"])
    return table.set_column(table.schema.get_field_index("parent_obsid"), "parent_obsid", parents)


def _first_of_each(table: pa.Table, keys: Iterable[str], name: str, counts: Counts) -> pa.Table:
    seen: set[str] = set()
    kept = []
    for row, key in enumerate(keys):
        if key not in seen:
            seen.add(key)
            kept.append(row)
    counts[name] = counts.get(name, 0) + table.num_rows - len(kept)
    return table if len(kept) == table.num_rows else table.take(pa.array(kept, type=pa.int64()))


def _with(table: pa.Table, name: str, values: Sequence[object]) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(place)
    return table.set_column(place, field, pa.array(values, type=field.type))
