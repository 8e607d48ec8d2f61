"""12 facets, a sort and a page of 50 by HTTP over 100,000 and 500,000 rows, against pyarrow in memory."""

import io
import statistics
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.bench.measure import Figure, at_most, durations_s, p95_s
from tests.bench.portal import Portal, portal

SIZES = (100_000, 500_000)
FACETS = (
    "obs_collection",
    "instrument_name",
    "dataproduct_type",
    "calib_level",
    "proposal_id",
    "target_name",
    "dataRights",
    "intentType",
    "proposal_pi",
    "project",
    "provenance_name",
    "proposal_type",
)
FILTERS = {"obs_collection": ["JWST"], "dataproduct_type": ["image", "spectrum"]}
SORT = "t_min"


def _parameters() -> list[tuple[str, str]]:
    chosen = [(f"f.{column}", value) for column, values in FILTERS.items() for value in values]
    return [*chosen, ("sort", f"-{SORT}"), ("facets", ",".join(FACETS)), ("page_size", "50")]


def _mask(table: pa.Table, ignoring: str = "") -> pa.Array:
    mask = pa.array([True]).take(pa.array([0] * table.num_rows, pa.int8()))
    for column, values in FILTERS.items():
        if column != ignoring:
            mask = pc.and_(mask, pc.is_in(table[column], pa.array(values)))
    return mask


def by_pyarrow(table: pa.Table) -> tuple[dict[str, dict[object, int]], pa.Table]:
    """The same answer from a table in memory: facet counts (each ignoring its own filter) and the page."""
    both = _mask(table)
    counts = {}
    for column in FACETS:
        mask = _mask(table, column) if column in FILTERS else both
        found = pc.value_counts(table[column].filter(mask))
        counts[column] = dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))
    matched = table.filter(both)
    order = pc.sort_indices(matched, [(SORT, "descending", "at_end")])
    return counts, matched.take(order[:50])


def downloaded(running: Portal, search: str) -> pa.Table:
    """All rows and columns of a search."""
    body = (
        running.api.get(f"searches/{search}/export", params={"format": "parquet"}).raise_for_status().content
    )
    return pq.read_table(io.BytesIO(body)).combine_chunks()


def _folded(counts: Mapping[object, int]) -> dict[object, int]:
    """Counts by value without regard to case, as the table grammar counts; zeros left out."""
    folded: Counter[object] = Counter()
    for value, count in counts.items():
        folded[value.lower() if isinstance(value, str) else value] += count
    return {value: count for value, count in folded.items() if count}


def _same(running: Portal, search: str, table: pa.Table) -> None:
    """The portal's counts and rows are pyarrow's."""
    counts, page = by_pyarrow(table)
    query = [*_parameters(), ("facet_limit", "10000")]
    facets = running.api.get(f"searches/{search}/facets", params=query).raise_for_status().json()["facets"]
    for facet in facets:
        ours = _folded({value["value"]: value["count"] for value in facet["values"]})
        theirs = _folded(counts[facet["column"]])
        assert ours.items() <= theirs.items(), f"{facet['column']}: the counts differ"
        assert facet["more"] or len(ours) == len(theirs), f"{facet['column']}: values are missing"
    assert {facet["column"] for facet in facets} == set(FACETS)
    rows = running.api.get(f"searches/{search}/rows", params=_parameters()).raise_for_status().json()["rows"]
    assert [row[SORT] for row in rows] == page[SORT].to_pylist(), "the page differs"


def run() -> list[Figure]:
    """Seconds of the fragment over HTTP, half of them and 95 % of them, against the median in memory."""
    return [figure for rows in SIZES for figure in _figures(rows)]


def _figures(rows: int) -> list[Figure]:
    with portal(f"--scale {rows}") as running:
        found = running.search(
            {"collection": "observations", "criteria": {"obs_collection": ["JWST", "HST"]}}
        )
        table = downloaded(running, found["id"])
        assert table.num_rows >= rows, f"only {table.num_rows} rows"
        _same(running, found["id"], table)
        browser = running.browser()

        def fragment() -> None:
            address = f"/results/{found['id']}/"
            answer = browser.get(address, params=_parameters(), headers={"HX-Request": "true"})
            assert answer.status_code == 200
            assert "<html" not in answer.text

        ours = durations_s(fragment, times=60, warm=6)
        reference_s = statistics.median(durations_s(lambda: by_pyarrow(table), times=15))
    name = f"12 facets + sort + page, {rows:,} rows"
    return [
        at_most(f"{name}: p50", statistics.median(ours), reference_s, "s", 3),
        at_most(f"{name}: p95", p95_s(ours), reference_s, "s", 4),
    ]
