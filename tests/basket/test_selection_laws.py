"""Laws of a selection, whatever is included, excluded and filtered; and sums against a count by hand."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.selection import Selection, Wanted, chosen, sums_by
from mastportal.tables.codes import OpenTable
from tests.basket.tables import open_table, product

STEM = "jw01176001001_02101_0000{}_{}_{}"
ROWS = [
    product(STEM.format(n, detector, ending), obsid=str(n), calib_level=level, size=size, dataRights=rights)
    for n, (detector, level, size, rights) in enumerate(
        [
            ("nrca1", 3, 100, "PUBLIC"),
            ("nrcblong", 2, None, "EXCLUSIVE_ACCESS"),
            ("nis", 2, 0, "PUBLIC"),
            ("mirimage", None, 2**40, "EXCLUSIVE_ACCESS"),
        ],
        start=1,
    )
    for ending in ("cal.fits", "rate.fits", "cal.jpg")
]
URIS = [row["dataURI"] for row in ROWS]
SOME = st.lists(st.sampled_from(URIS), max_size=5)
FILTERS = st.sampled_from(
    ["", "f.suffix=cal", "not.suffix=cal", "f.extension=fits&f.detector=NIS", "min.size=1", "null.size=1"]
)
PRESETS = st.sampled_from(["parents", "recommended", "everything", "none"])
WISHES = st.builds(
    lambda preset, filters, include, exclude: Selection.parse(
        {"preset": preset, "filters": filters, "include": include, "exclude": exclude}
    ),
    PRESETS,
    FILTERS,
    SOME,
    SOME,
)
QUICK = settings(max_examples=80, deadline=None)
TABLE = open_table(ROWS)


def uris(wish: Selection, table: OpenTable = TABLE) -> set[str]:
    return set(Wanted(table, chosen(table, wish)).uris())


@QUICK
@given(WISHES)
def test_included_is_in_excluded_is_out(wish: Selection) -> None:
    found = uris(wish)
    assert set(wish.include) - set(wish.exclude) <= found
    assert not found & set(wish.exclude)


@QUICK
@given(WISHES)
def test_nothing_comes_from_elsewhere(wish: Selection) -> None:
    within = uris(Selection(preset=wish.preset)) & uris(Selection("everything", wish.filters))
    assert uris(wish) == (within | set(wish.include)) - set(wish.exclude)


@QUICK
@given(WISHES, SOME)
def test_including_then_looking_finds_them_whatever_was_excluded(wish: Selection, more: list[str]) -> None:
    assert set(more) <= uris(wish.including(more))
    assert not set(more) & uris(wish.including(more).excluding(more))


@QUICK
@given(WISHES, SOME)
def test_doing_it_twice_is_doing_it_once(wish: Selection, some: list[str]) -> None:
    assert wish.including(some).including(some) == wish.including(some)
    assert wish.excluding(some).excluding(some) == wish.excluding(some)


@QUICK
@given(WISHES, SOME, SOME)
def test_the_order_of_clicks_on_different_files_does_not_matter(
    wish: Selection, some: list[str], others: list[str]
) -> None:
    others = [uri for uri in others if uri not in some]
    assert wish.including(some).excluding(others) == wish.excluding(others).including(some)


@QUICK
@given(WISHES)
def test_stored_and_read_again_it_wants_the_same(wish: Selection) -> None:
    assert Selection.parse(wish.as_json()) == wish


@QUICK
@given(WISHES)
def test_the_order_of_the_products_does_not_matter(wish: Selection) -> None:
    assert uris(wish) == uris(wish, open_table(ROWS[::-1]))


@QUICK
@given(WISHES)
def test_sums_are_a_plain_count(wish: Selection) -> None:
    wanted = Wanted(TABLE, chosen(TABLE, wish))
    rows = [row for row in ROWS if row["dataURI"] in uris(wish)]
    assert wanted.files == len(rows)
    assert wanted.bytes == sum(row["size"] or 0 for row in rows)
    assert wanted.restricted == sum(row["dataRights"] == "EXCLUSIVE_ACCESS" for row in rows)


@QUICK
@given(WISHES, st.sampled_from(["productFilename", "detector", "suffix", "extension", "productType"]))
def test_sums_by_anything_add_up_to_the_whole(wish: Selection, column: str) -> None:
    wanted = Wanted(TABLE, chosen(TABLE, wish))
    rows = sums_by(TABLE, column, wanted.mask)
    added: Counter[str] = Counter()
    for row in rows:
        added.update({name: row[name] for name in ("total", "files", "bytes")})
        assert row["files"] <= row["total"]
        assert row["bytes"] <= row["total_bytes"]
    assert (added["total"], added["files"], added["bytes"]) == (len(ROWS), wanted.files, wanted.bytes)
    assert len({row["value"] for row in rows}) == len(rows)


def test_sums_come_largest_first_and_ties_by_name() -> None:
    totals = [(-row["total_bytes"], str(row["value"])) for row in sums_by(TABLE, "detector", TABLE_MASK)]
    assert totals == sorted(totals)


TABLE_MASK = chosen(TABLE, Selection("everything"))


def test_sums_of_no_products_are_empty() -> None:
    nothing = open_table([])
    wanted = Wanted(nothing, chosen(nothing, Selection()))
    assert (wanted.files, wanted.bytes, wanted.restricted, wanted.uris()) == (0, 0, 0, [])
    assert sums_by(nothing, "suffix", wanted.mask) == []


@pytest.mark.parametrize("preset", ["parents", "everything"])
def test_a_planned_observation_gives_nothing(preset: str) -> None:
    table = open_table([], {"obsid": "1", "calib_level": -1})
    assert uris(Selection(preset), table) == set()


def hostile(**wish: Any) -> Selection:
    return Selection.parse(wish)


@pytest.mark.parametrize("told", ["?f.suffix=cal", "f.suffix=cal"])
def test_filters_are_taken_as_an_address_has_them(told: str) -> None:
    assert {uri.rsplit("_", 1)[1].split(".")[0] for uri in uris(hostile(filters=told))} <= {"cal"}
