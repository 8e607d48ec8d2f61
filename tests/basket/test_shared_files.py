"""Files that several observations list, single files beside them, and the day they become public."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basket.contents import Contents, products_table, schema
from basket.lines import product_row
from tests.basket.tables import TODAY_MJD, harvested_table, product, table_of

POOL = "jw01176_20260101t000000_pool.csv"
CAL = "jw01176241001_02101_00001_nrcb3_cal.fits"
Lines = list[dict[str, Any]]


def one(table: pa.Table, column: str) -> Any:
    (value,) = table[column].to_pylist()
    return value


def exclusive(release_mjd: float | None, today_mjd: float) -> bool:
    """Whether an exclusive file of an observation released then needs a token today."""
    contents = Contents(({"obsid": "1", "t_obs_release": release_mjd},))
    listed = harvested_table([product(CAL, dataRights="EXCLUSIVE_ACCESS")])
    return bool(one(products_table(contents, listed, today_mjd), "needs_token"))


@pytest.mark.parametrize(
    ("after_d", "needs"), [(-1, True), (-1e-6, True), (0, False), (1e-6, False), (1, False)]
)
def test_the_moment_of_release_is_the_first_public_one(after_d: float, needs: bool) -> None:
    assert exclusive(61000.5, 61000.5 + after_d) is needs


@given(st.floats(40000, 80000), st.floats(40000, 80000), st.floats(0, 1000))
@settings(max_examples=40, deadline=None)
def test_what_is_public_stays_public(release_mjd: float, today_mjd: float, later_d: float) -> None:
    if not exclusive(release_mjd, today_mjd):
        assert not exclusive(release_mjd, today_mjd + later_d)


def test_without_a_date_exclusive_stays_exclusive() -> None:
    assert exclusive(None, 10**6)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_shared_file_is_one_row_with_the_earliest_release(order: tuple[int, ...]) -> None:
    rows = [product(POOL, parent=str(n), obsid="1", dataRights="EXCLUSIVE_ACCESS") for n in order]
    lines = [{"obsid": str(n), "t_obs_release": TODAY_MJD + 10 * n - 5} for n in range(3)]
    table = table_of(rows, *lines)
    assert set(one(table, "parents").split(";")) == {"0", "1", "2"}
    assert one(table, "release_mjd") == TODAY_MJD - 5
    assert one(table, "needs_token") is False


def test_an_observation_without_a_date_takes_none_away() -> None:
    rows = [product(POOL, parent="1"), product(POOL, parent="2")]
    lines: Lines = [{"obsid": "1", "t_obs_release": None}, {"obsid": "2", "t_obs_release": 61500.0}]
    assert one(table_of(rows, *lines), "release_mjd") == 61500.0
    assert one(table_of(rows[:1], lines[0]), "release_mjd") is None


def test_a_thousand_observations_share_one_pool_file() -> None:
    rows = [product(POOL, parent=str(n)) for n in range(1000)]
    rows += [product(f"jw{n:011d}_02101_00001_nrcb3_cal.fits", parent=str(n)) for n in range(1000)]
    table = table_of(rows)
    assert table.num_rows == 1001
    (pool,) = table.filter(pa.array([n.endswith("pool.csv") for n in table["productFilename"].to_pylist()]))[
        "parents"
    ].to_pylist()
    assert len(set(pool.split(";"))) == 1000


def test_the_pi_is_one_of_those_who_list_it() -> None:
    rows = [product(POOL, parent="1"), product(POOL, parent="2")]
    table = table_of(rows, {"obsid": "1", "proposal_pi": "Doe"}, {"obsid": "2", "proposal_pi": "Roe"})
    assert one(table, "pi") == "Doe"


def test_a_file_of_an_observation_taken_out_meanwhile_has_no_date() -> None:
    assert one(table_of([product(CAL, parent="7")], {"obsid": "1"}), "release_mjd") is None


def single(**fields: Any) -> dict[str, Any]:
    return product_row({"dataURI": f"mast:JWST/product/{CAL}", "fileSize": 5} | fields)


def test_a_single_file_is_told_by_its_name() -> None:
    table = table_of([], {"obsid": "1"}, singles=(single(),))
    found = {name: one(table, name) for name in ("suffix", "detector", "single", "size", "parents")}
    assert found == {"suffix": "cal", "detector": "NRCB3", "single": True, "size": 5, "parents": ""}


@pytest.mark.parametrize(
    ("release_mjd", "needs"), [(TODAY_MJD + 1, True), (TODAY_MJD - 1, False), (None, False)]
)
def test_a_single_file_needs_a_token_by_its_own_date(release_mjd: float | None, needs: bool) -> None:
    row = single(publicReleaseDate_mjd=release_mjd)
    table = table_of([], {"obsid": "1"}, singles=(row,))
    assert one(table, "needs_token") is needs
    assert one(table, "dataRights") == ("EXCLUSIVE_ACCESS" if needs else "PUBLIC")


def test_a_single_file_that_an_observation_lists_is_there_once() -> None:
    """And it is the observation's: the archive's own row says more."""
    table = table_of([product(CAL, size=99)], singles=(single(),))
    assert (table.num_rows, one(table, "single"), one(table, "size")) == (1, False, 99)


def test_a_single_files_programme_and_pi_are_its_rows() -> None:
    table = table_of([], {"obsid": "1"}, singles=(single(program=1176, pi_name="Doe"),))
    assert (one(table, "proposal_id"), one(table, "pi")) == ("1176", "Doe")


@pytest.mark.parametrize("rows", [[], [product(CAL)]])
def test_the_columns_are_the_same_with_and_without_files(rows: Lines) -> None:
    assert table_of(rows, {"obsid": "1"}).schema.equals(schema(), check_metadata=True)


def test_no_archives_column_is_lost_or_doubled() -> None:
    names = schema().names
    assert len(names) == len(set(names))
    assert {"dataURI", "productGroupDescription", "parents", "needs_token"} <= set(names)


@pytest.mark.parametrize("name", ["", "a", "...", "_cal.fits", "été_cal.fits", "x" * 500, "a_b_c_d.e.f.gz"])
def test_a_name_that_says_nothing_breaks_nothing(name: str) -> None:
    table = table_of([product(name, obs_id=None)])
    assert one(table, "guide_star") is False
    assert one(table, "detector") is None


def test_planned_observations_are_lines_without_lists() -> None:
    contents = Contents(
        tuple({"obsid": n, "calib_level": level} for n, level in ((1, -1), (2, 0), (3, None)))
    )
    assert contents.executed == ["2", "3"]


def test_contents_survive_being_stored() -> None:
    contents = Contents(({"obsid": "1", "t_min": 1.5, "filters": None},), (single(),))
    assert Contents.from_json(contents.as_json()) == contents


def test_each_row_keeps_its_own_facts_among_many() -> None:
    """Facts of names are read in bulk; none may land on a neighbour."""
    detectors = ["nrca1", "nrcb3", "nrcalong", "nis", "mirimage", "nrs1"]
    names = [
        f"jw0117600{n}001_02101_00001_{d}_{s}.fits" for n, d in enumerate(detectors) for s in ("cal", "rate")
    ]
    order = np.random.default_rng(3).permutation(len(names))
    table = table_of([product(names[n]) for n in order])
    for name, detector, suffix in zip(
        *(table[c].to_pylist() for c in ("productFilename", "detector", "suffix")), strict=True
    ):
        assert f"_{detector.lower()}_{suffix}." in name
