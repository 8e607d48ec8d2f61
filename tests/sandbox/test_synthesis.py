"""The observations that follow from the facts, at any scale."""

import numpy as np
import pyarrow as pa
import pytest

from mastportal.sandbox.facts import programmes, visits
from mastportal.sandbox.observation import SCHEMA
from mastportal.sandbox.survey import built_in
from mastportal.sandbox.synthesis import drafts_of_facts, table_of

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return table_of(drafts_of_facts()).to_pylist()


@pytest.fixture(scope="module")
def large() -> pa.Table:
    return built_in(20_000)


def of(rows: Rows, **wanted: object) -> Rows:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_columns_are_mast_s_in_mast_s_order() -> None:
    assert built_in(10).schema == SCHEMA
    assert SCHEMA.names[:4] == ["dataproduct_type", "calib_level", "obs_collection", "obs_id"]
    assert SCHEMA.names[-3:] == ["intentType", "obsid", "objID"]


@pytest.mark.parametrize("program", ["1073", "1176", "1345", "1558", "2609", "2732", "2733", "2736", "4426"])
def test_programmes_of_the_issue_are_there(rows: Rows, program: str) -> None:
    assert of(rows, proposal_id=program, obs_collection="JWST")


def test_vv_191_is_spelled_three_ways(rows: Rows) -> None:
    names = {row["target_name"] for row in of(rows, proposal_id="1176")}
    assert {"VV191", "VV-191", "VV 191"} <= names


def test_one_programme_id_is_both_missions(rows: Rows) -> None:
    assert {row["obs_collection"] for row in of(rows, proposal_id="9282")} == {"JWST", "HST"}


def test_the_primer_s_tutorial_finds_rows(rows: Rows) -> None:
    found = of(rows, proposal_id="1073", instrument_name="NIRCAM/IMAGE", filters="F277W")
    assert {row["calib_level"] for row in found} == {2, 3}


def test_the_ring_nebula_lies_where_it_is(rows: Rows) -> None:
    found = of(rows, proposal_id="1558", target_name="NGC6720")
    assert len(found) == 13
    assert {(row["s_ra"], row["s_dec"]) for row in found} == {(283.39624, 33.02913)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mtFlag", True),
        ("dataproduct_type", "timeseries"),
        ("instrument_name", "NIRCAM/CORON"),
        ("instrument_name", "MIRI/CORON"),
        ("instrument_name", "NIRSPEC/MSA"),
        ("instrument_name", "NIRISS/WFSS"),
        ("instrument_name", "NIRISS/AMI"),
        ("instrument_name", "FGS/IMAGE"),
        ("s_region", None),
        ("target_name", "M83"),
    ],
)
def test_special_observations_are_there(rows: Rows, column: str, value: object) -> None:
    assert of(rows, **{column: value})


def test_planned_rows_are_as_apt_s(rows: Rows) -> None:
    planned = of(rows, calib_level=-1, obs_collection="JWST")
    assert planned
    for row in planned:
        assert (row["t_min"], row["t_obs_release"], row["dataURL"], row["jpegURL"]) == (None,) * 4
        assert (row["provenance_name"], row["dataRights"]) == ("APT", "PUBLIC")
        assert "_xx1" in str(row["obs_id"])
        assert row["s_region"]


def test_some_footprints_are_circles_some_cross_ra_zero_and_one_is_at_a_pole(rows: Rows) -> None:
    regions = [str(row["s_region"]).split() for row in rows if row["s_region"]]
    corners = [np.array(words[-8:], dtype=float).reshape(4, 2) for words in regions if words[0] == "POLYGON"]
    assert any(words[0] == "CIRCLE" for words in regions)
    assert any(np.ptp(polygon[:, 0]) > 300 for polygon in corners)
    assert any(polygon[:, 1].max() > 89.9 for polygon in corners)


def test_release_follows_the_programme_s_exclusive_period(rows: Rows) -> None:
    for row in rows:
        if row["t_max"] is not None:
            programme = programmes()[str(row["obs_collection"]), str(row["proposal_id"])]
            days = float(str(row["t_obs_release"])) - float(str(row["t_max"]))
            assert days == pytest.approx(programme.exclusive_months * 30.4375 + 0.9)


def test_every_programme_of_a_visit_is_known() -> None:
    assert {(visit.mission, visit.program) for visit in visits()} <= set(programmes())


@pytest.mark.parametrize("column", ["obsid", "objID"])
def test_numbers_are_unique(large: pa.Table, column: str) -> None:
    assert len(set(large[column].to_pylist())) == large.num_rows


def test_names_are_unique_within_a_mission(large: pa.Table) -> None:
    names = zip(large["obs_collection"].to_pylist(), large["obs_id"].to_pylist(), strict=True)
    assert len(set(names)) == large.num_rows == 20_000


def test_a_larger_archive_holds_a_smaller_one(large: pa.Table) -> None:
    assert large.slice(0, 3000).equals(built_in(3000))


def test_dates_spread_over_the_mission(large: pa.Table) -> None:
    jwst = [
        row
        for row in large.select(["obs_collection", "t_min"]).to_pylist()
        if row["obs_collection"] == "JWST"
    ]
    years = {int(2000 + (row["t_min"] - 51544) / 365.25) for row in jwst if row["t_min"]}
    assert years >= {2022, 2023, 2024, 2025, 2026}


def test_a_small_scale_is_kept_to() -> None:
    assert built_in(7).num_rows == 7
