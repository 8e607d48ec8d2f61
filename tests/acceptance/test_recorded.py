"""The recorded tables, asked through the archive's own protocol, are exactly what their files hold."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive
from mastportal.tables.codes import OpenTable
from mastportal.tables.facets import facets
from mastportal.tables.filters import TableQuery, matching
from tests.acceptance import counting
from tests.acceptance.conftest import Ask
from tests.acceptance.flat_sky import Centre, near, separation_deg, touching
from tests.acceptance.recorded_files import keyword_files, of_programme

VALUES = ("obs_collection", "obs_id", "target_name", "filters", "instrument_name", "s_region", "proposal_pi")
NUMBERS = ("s_ra", "s_dec", "t_min", "t_max", "t_exptime", "calib_level", "t_obs_release")
EVERYTHING = ["JWST", "HST", "HLA", "GALEX"]
M83 = (204.2538, -29.8654)
FACETS = [*counting.COUNTED, *counting.RANGES]


Rows = Iterable[Mapping[str, Any]]


@pytest.fixture(scope="module")
def known_names(from_files: pa.Table) -> set[str]:
    """The observation ids that were recorded; any other was given by the sandbox to a row without one."""
    return set(from_files["obs_id"].drop_null().to_pylist())


def valued(rows: Rows, known_names: set[str]) -> list[tuple[Any, ...]]:
    """The rows' recorded values, sorted."""
    told = [{**row, "obs_id": row["obs_id"] if row["obs_id"] in known_names else None} for row in rows]
    return sorted((tuple(row[name] for name in (*VALUES, *NUMBERS)) for row in told), key=repr)


@pytest.mark.parametrize(("programme", "missions"), [("4426", {"JWST"}), ("9282", {"JWST", "HST"})])
def test_a_programme_is_exactly_what_was_recorded(
    ask_recorded: Ask, from_files: pa.Table, known_names: set[str], programme: str, missions: set[str]
) -> None:
    rows = ask_recorded(collection="programs", programs=programme).to_pylist()
    assert valued(rows, known_names) == valued(of_programme(from_files, programme), known_names)
    assert {row["obs_collection"] for row in rows} == missions


def test_recorded_keys_stay_and_missing_ones_are_given_once(ask_recorded: Ask, from_files: pa.Table) -> None:
    rows = ask_recorded(collection="programs", programs="4426, 9282").to_pylist()
    assert len({row["obsid"] for row in rows}) == len({row["obs_id"] for row in rows}) == len(rows)
    known = {row["obs_id"]: row["obsid"] for row in of_programme(from_files, "4426")}
    kept = [row["obsid"] == known[row["obs_id"]] for row in rows if known.get(row["obs_id"])]
    assert kept
    assert all(kept)


def test_a_cone_is_every_footprint_that_touches_it(
    recorded_archive: Archive, ask_recorded: Ask, from_files: pa.Table, known_names: set[str]
) -> None:
    place = MastClient(recorded_archive).resolve("m83")
    centre = place.ra_deg, place.dec_deg
    assert separation_deg(centre, M83) < 1 / 60
    rows = ask_recorded(collection="observations", target="m83 r=6m").to_pylist()
    expected = touching(near(from_files, centre), centre, 0.1)
    assert valued(rows, known_names) == valued(expected, known_names)
    assert expected


@pytest.mark.parametrize("centre", [(53.16, -27.78), (150.1, 2.2), (189.2, 62.24)])
def test_small_cones_among_large_footprints(
    ask_recorded: Ask, from_files: pa.Table, known_names: set[str], centre: Centre
) -> None:
    target = "{} {:+} r=20s".format(*centre)
    rows = ask_recorded(collection="observations", target=target).to_pylist()
    expected = touching(near(from_files, centre), centre, 20 / 3600)
    assert valued(rows, known_names) == valued(expected, known_names)
    # With positions alone, without footprints, it would be others.
    assert any(separation_deg((row["s_ra"], row["s_dec"]), centre) > 20 / 3600 for row in rows)


def test_keywords_by_exposure_type(ask_recorded: Ask, recorded: Path) -> None:
    wanted = {"exp_type": ["NIS_WFSS"]}
    table = ask_recorded(collection="jwst-keywords", instrument="niriss", criteria=wanted)
    expected = keyword_files(recorded, "NIRISS", "NIS_WFSS")
    assert set(table["exp_type"].to_pylist()) == {"NIS_WFSS"}
    assert sorted(table["filename"].to_pylist()) == expected
    assert expected


@pytest.fixture(scope="module")
def everything(ask_recorded: Ask) -> OpenTable:
    """All recorded observations, as the portal keeps an answer."""
    return OpenTable(ask_recorded(collection="observations", criteria={"obs_collection": EVERYTHING}))


def test_every_recorded_row_is_there(everything: OpenTable, from_files: pa.Table) -> None:
    assert everything.num_rows == from_files.num_rows
    assert counting.counts(everything.table, [], "obs_collection") == counting.counts(
        from_files, [], "obs_collection"
    )


@pytest.mark.parametrize("seed", range(20))
def test_facets_count_what_the_files_hold(everything: OpenTable, from_files: pa.Table, seed: int) -> None:
    wishes = counting.random_wishes(from_files, seed)
    pairs = [pair for wish in wishes for pair in wish.parameters()]
    query = TableQuery.parse(pairs, everything.schema)
    assert matching(everything, query).sum() == counting.kept(from_files, wishes).num_rows, pairs
    for facet in facets(everything, query, FACETS, limit=10_000):
        check(facet, from_files, wishes)


def check(facet: dict[str, Any], table: pa.Table, wishes: list[counting.Wish]) -> None:
    name = facet["column"]
    if facet["kind"] == "values":
        assert counted(facet) == counting.counts(table, wishes, name), name
        assert facet["more"] == 0
        return
    expected = counting.kept(table, wishes, ignoring=name)
    for number, place in enumerate(facet["bins"]):
        is_last = number == len(facet["bins"]) - 1
        assert place["count"] == counting.within(expected, name, place["min"], place["max"], is_last), name


def counted(facet: dict[str, Any]) -> counting.Counts:
    found = {}
    for value in facet["values"]:
        key = value["value"].lower() if isinstance(value["value"], str) else value["value"]
        assert key not in found
        found[key] = (value["count"], value["total"])
    return found


def test_the_random_filters_are_of_every_kind(from_files: pa.Table) -> None:
    wishes = [wish for seed in range(20) for wish in counting.random_wishes(from_files, seed)]
    assert {wish.operator for wish in wishes} >= {"f", "not", "range"}
    assert {wish.column for wish in wishes} >= {"filters", "target_classification", "wavelength_region"}
    sizes = [
        counting.kept(from_files, counting.random_wishes(from_files, seed)).num_rows for seed in range(20)
    ]
    assert sum(size > 0 for size in sizes) >= 12
