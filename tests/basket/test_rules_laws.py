"""Laws of the presets over product lists made up by chance."""

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.rules import RULES
from tests.basket.tables import product, table_of

KINDS = ["SCIENCE", "AUXILIARY", "PREVIEW", "THUMBNAIL", "INFO", "CALIBRATION", None]
GROUPS = ["CAL", "ASN", "POOL", "MSA", "GS-TRACK", None]
FILES = {
    "name": st.sampled_from([f"jw0117600100{n}_02101_00001_nrca1_cal.fits" for n in range(1, 9)]),
    "obsid": st.sampled_from(["1", "2", "3"]),
    "parent": st.sampled_from(["1", "2"]),
    "calib_level": st.sampled_from([None, -1, 0, 1, 2, 3, 4]),
    "productType": st.sampled_from(KINDS),
    "productSubGroupDescription": st.sampled_from(GROUPS),
    "productGroupDescription": st.sampled_from([None, "Minimum Recommended Products"]),
}
ROWS = st.lists(st.builds(product, **FILES), max_size=12)
QUICK = settings(max_examples=60, deadline=None)


def one_file_one_kind(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A file is the same file in each list: only the observation that lists it differs."""
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["dataURI"], row)
    listed = {(row["dataURI"], row["parent_obsid"]): row for row in rows}
    return [first[uri] | {"parent_obsid": parent} for uri, parent in listed]


def wanted(rows: list[dict[str, Any]], preset: str = "parents") -> set[str]:
    table = table_of(rows, {"obsid": "1"}, {"obsid": "2"})
    return set(table.filter(pa.array(RULES[preset](table)))["dataURI"].to_pylist())


@QUICK
@given(ROWS)
def test_previews_are_never_wanted(rows: list[dict[str, Any]]) -> None:
    rows = one_file_one_kind(rows)
    previews = {row["dataURI"] for row in rows if row["productType"] in ("PREVIEW", "THUMBNAIL")}
    assert not wanted(rows) & previews


@QUICK
@given(ROWS)
def test_an_own_science_file_of_the_highest_level_is_wanted(rows: list[dict[str, Any]]) -> None:
    rows = one_file_one_kind(rows)
    for parent in ("1", "2"):
        own = [r for r in rows if r["parent_obsid"] == parent == r["obsID"] and r["calib_level"] is not None]
        own = [r for r in own if r["productType"] not in ("PREVIEW", "THUMBNAIL")]
        top = max((r["calib_level"] for r in own), default=None)
        assert {r["dataURI"] for r in own if r["calib_level"] == top} <= wanted(rows)


@QUICK
@given(ROWS, st.randoms(use_true_random=False))
def test_shuffling_the_list_changes_nothing(rows: list[dict[str, Any]], random: Any) -> None:
    rows = one_file_one_kind(rows)
    shuffled = random.sample(rows, len(rows))
    for preset in RULES:
        assert wanted(rows, preset) == wanted(shuffled, preset)


@QUICK
@given(ROWS)
def test_two_observations_want_the_union(rows: list[dict[str, Any]]) -> None:
    rows = one_file_one_kind(rows)
    apart = [wanted([row for row in rows if row["parent_obsid"] == parent]) for parent in ("1", "2")]
    assert wanted(rows) == apart[0] | apart[1]


@QUICK
@given(ROWS)
def test_a_tie_is_wanted_whoever_it_belongs_to(rows: list[dict[str, Any]]) -> None:
    rows = one_file_one_kind(rows)
    ties = {
        row["dataURI"]
        for row in rows
        if row["productSubGroupDescription"] in ("ASN", "POOL", "MSA")
        and row["productType"] not in ("PREVIEW", "THUMBNAIL")
    }
    assert ties <= wanted(rows)


@QUICK
@given(ROWS)
def test_a_higher_product_never_drops_lower_science(rows: list[dict[str, Any]]) -> None:
    """A new drizzled product on top: all science that was below or level with it is still there."""
    rows = one_file_one_kind(rows)
    science = {r["dataURI"] for r in rows if r["productType"] == "SCIENCE"}
    listed = {r["dataURI"] for r in rows if r["parent_obsid"] == "1"}
    top = product("jw01176-o001_t001_nircam_clear-f150w_i2d.fits", calib_level=5)
    assert wanted(rows) & science & listed <= wanted([*rows, top])
    assert top["dataURI"] in wanted([*rows, top])


@QUICK
@given(ROWS)
def test_letter_case_of_the_kinds_does_not_matter(rows: list[dict[str, Any]]) -> None:
    rows = one_file_one_kind(rows)
    kinds = ("productType", "productSubGroupDescription")
    lower = [row | {kind: (row[kind] or "").lower() or None for kind in kinds} for row in rows]
    assert wanted(rows) == wanted(lower)
