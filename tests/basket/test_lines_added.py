"""What comes into a basket, by name and by filters, once and again, and what each change counts."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from basket import lines
from basket.incoming import rows_matching, rows_named
from basket.models import Basket
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery

ROWS = [
    {"obsid": str(n), "obs_id": f"jw_{n}", "target_name": name, "calib_level": level, "filters": "F200W"}
    for n, (name, level) in enumerate([("M-57", 3), ("VV 191", -1), ("vv 191", 2), (None, 3)])
]
OBSERVATIONS = OpenTable(pa.Table.from_pylist(ROWS))
FILES = OpenTable(pa.Table.from_pylist([{"dataURI": f"mast:{n}.fits", "fileSize": n} for n in range(3)]))
STORED = pytest.mark.django_db


def named(*names: str) -> list[dict[str, Any]]:
    return rows_named(OBSERVATIONS, "obsid", names, lines.OBSERVATION_COLUMNS)


def obsids(filters: str) -> list[str]:
    return [row["obsid"] for row in rows_matching(OBSERVATIONS, "obsid", filters, ["obsid"])]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", ["0", "1", "2", "3"]),
        ("f.target_name=VV 191", ["1", "2"]),
        ("not.calib_level=-1", ["0", "2", "3"]),
        ("null.target_name=1", ["3"]),
        ("f.target_name=nonesuch", []),
        ("sort=-obsid&page=2&page_size=1&columns=obs_id", ["0", "1", "2", "3"]),
    ],
)
def test_filters_mean_all_that_match_whatever_page_is_shown(filters: str, found: list[str]) -> None:
    assert obsids(filters) == found


def test_rows_are_named_in_any_order_and_found_once() -> None:
    assert [row["obsid"] for row in named("2", "0", "2")] == ["0", "2"]
    assert named() == []


def test_the_names_that_are_not_there_are_told_a_few_of_them() -> None:
    with pytest.raises(BadQuery, match="x, y, z") as error:
        named("0", "x", "y", "z", "w")
    assert "w" not in error.value.message.rpartition(":")[2]
    assert error.value.field == "obsid"


@pytest.mark.parametrize(("table", "key"), [(OBSERVATIONS, "dataURI"), (FILES, "obsid")])
def test_files_and_observations_are_not_mistaken(table: OpenTable, key: str) -> None:
    for rows in (lambda: rows_matching(table, key, "", [key]), lambda: rows_named(table, key, ["0"], [key])):
        with pytest.raises(BadQuery) as error:
            rows()
        assert error.value.field == "search"


def test_columns_a_search_does_not_have_are_left_out() -> None:
    assert set(named("0")[0]) == {"obsid", "obs_id", "target_name", "calib_level", "filters"}


@pytest.fixture
def empty(alice: User) -> Basket:
    return Basket.objects.create(name="Empty", owner=alice)


@STORED
def test_adding_by_name_then_by_filter_adds_the_rest(empty: Basket, alice: User) -> None:
    assert lines.add_observations(empty, named("1"), alice).added == 1
    every = rows_matching(OBSERVATIONS, "obsid", "", lines.OBSERVATION_COLUMNS)
    added = lines.add_observations(empty, every, alice)
    assert (added.added, added.already) == (3, 1)
    assert [line.obsid for line in empty.lines.all()] == ["1", "0", "2", "3"]


@STORED
def test_one_request_with_the_same_row_twice_adds_it_once(empty: Basket, alice: User) -> None:
    added = lines.add_observations(empty, [*named("0"), *named("0")], alice)
    assert (added.added, added.already, empty.lines.count()) == (1, 0, 1)


@STORED
def test_a_number_and_its_text_are_one_observation(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, [{"obsid": 7}], alice)
    assert lines.add_observations(empty, [{"obsid": "7"}], alice).already == 1
    assert lines.contents_of(empty).executed == ["7"]


@STORED
def test_the_first_row_of_an_observation_stays(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, [{"obsid": "7", "target_name": "first"}], alice)
    lines.add_observations(empty, [{"obsid": "7", "target_name": "second"}], alice)
    assert empty.lines.get().row["target_name"] == "first"


@STORED
def test_who_added_what_is_known_and_outlives_them(empty: Basket, alice: User, bob: User) -> None:
    lines.add_observations(empty, named("0"), alice)
    lines.add_observations(empty, named("0", "2"), bob)
    assert [line.added_by.username for line in empty.lines.all()] == ["alice", "bob"]
    bob.delete()
    assert empty.lines.count() == 2


@STORED
def test_baskets_do_not_share_lines(empty: Basket, alice: User) -> None:
    other = Basket.objects.create(name="Other", owner=alice)
    lines.add_observations(empty, named("0"), alice)
    assert lines.add_observations(other, named("0"), alice).added == 1
    assert not lines.remove_observation(other, "1")
    assert lines.remove_observation(other, "0")
    assert empty.lines.count() == 1


@STORED
def test_planned_ones_are_kept_but_never_asked_for(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, named("0", "1"), alice)
    assert [line.is_planned for line in empty.lines.all()] == [False, True]
    assert lines.contents_of(empty).executed == ["0"]


@STORED
def test_files_and_observations_come_side_by_side(empty: Basket, alice: User) -> None:
    lines.add_observations(empty, named("0"), alice)
    lines.add_files(empty, FILES.table.to_pylist(), alice)
    contents = lines.contents_of(empty)
    assert (len(contents.lines), [row["size"] for row in contents.singles]) == (1, [0, 1, 2])


@STORED
@pytest.mark.parametrize("text", ["\0", "a\0b", "", "\udcff".encode("utf-8", "replace").decode(), "x" * 9999])
def test_odd_names_are_just_not_in(empty: Basket, text: str) -> None:
    assert not lines.remove_observation(empty, text)
    assert not lines.remove_file(empty, text)
    assert Basket.objects.get().revision == 1


@STORED
def test_each_change_moves_revision_and_time_forward(empty: Basket, alice: User) -> None:
    Basket.objects.update(changed_at=timezone.now() - timedelta(days=1))
    for change in (
        lambda: lines.add_observations(empty, named("0"), alice),
        lambda: lines.add_files(empty, FILES.table.to_pylist(), alice),
        lambda: lines.remove_file(empty, "mast:0.fits"),
        lambda: lines.remove_observation(empty, "0"),
        lambda: lines.touch(empty, name="renamed"),
    ):
        before = Basket.objects.get()
        change()
        assert (empty.revision, empty.changed_at > before.changed_at) == (before.revision + 1, True)


@STORED
def test_a_stale_copy_counts_on_from_the_database(empty: Basket, alice: User) -> None:
    stale = Basket.objects.get()
    lines.add_observations(empty, named("0"), alice)
    lines.touch(stale, name="late")
    assert stale.revision == 3


def test_a_keyword_row_becomes_a_product_row() -> None:
    uri = "mast:JWST/product/jw01176241001_02101_00001_nrcb3_cal.fits"
    row = lines.product_row({"dataURI": uri, "fileSize": 5, "program": 1176, "filter": "F200W"})
    assert row["obs_id"] == "jw01176241001_02101_00001_nrcb3"
    assert (row["proposal_id"], row["filters"], row["pi"], row["release_mjd"]) == (
        "1176",
        "F200W",
        None,
        None,
    )
