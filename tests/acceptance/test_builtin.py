"""The primer's own examples on the built-in holdings, against the archive asked directly, without us."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.flat_sky import touches
from tests.acceptance.journey import Journey
from tests.archive import Sandbox
from tests.sandbox.asking import Asking

pytestmark = pytest.mark.usefixtures("worker")
TUTORIAL = {
    "obs_collection": "JWST",
    "proposal_id": "1073",
    "instrument_name": "Nircam",
    "filters": "F277W",
}
SAME = ("obs_id", "target_name", "s_ra", "s_dec", "t_min", "calib_level", "filters", "s_region")


@pytest.fixture
def direct(sandbox: Sandbox) -> Iterator[Asking]:
    """The archive in its own words."""
    asking = Asking(sandbox.url)
    yield asking
    asking.http.close()


def by_key(rows: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The rows' values by obsid; an empty text and a null are the same."""
    return {str(row["obsid"]): tuple(row[name] or None for name in SAME) for row in rows}


def test_a_named_target_with_a_radius(journey: Journey, direct: Asking) -> None:
    search = journey.search(collection="observations", target="m57 r=1m")
    place = direct.ask("Mast.Name.Lookup", {"input": "m57", "format": "json"})["resolvedCoordinate"][0]
    centre = place["ra"], place["decl"]
    cone = {"ra": place["ra"], "dec": place["decl"], "radius": 1 / 60}
    found = by_key(journey.rows(search))
    assert found
    assert found == by_key(direct.rows("Mast.Caom.Cone", cone))
    everything = direct.rows("Mast.Caom.Filtered", {"columns": "*", "filters": []})
    assert found == by_key([row for row in everything if touches(row, centre, 1 / 60)])
    assert len(everything) > len(found)


def test_spellings_of_one_target_are_facetted_apart(journey: Journey, direct: Asking) -> None:
    search = journey.search(collection="programs", programs="1176")
    expected = Counter(row["target_name"] for row in direct.observations(proposal_id="1176"))
    assert journey.facet(search, "target_name") == expected
    spellings = ["VV191", "VV-191", "VV 191"]
    assert all(expected[name] for name in spellings)
    for name in spellings:
        rows = journey.rows(search, f"f.target_name={name}")
        assert {row["target_name"] for row in rows} == {name}
        assert len(rows) == expected[name]
    together = "&".join(f"f.target_name={name}" for name in spellings)
    assert len(journey.rows(search, together)) == sum(expected[name] for name in spellings)
    assert journey.facet(search, "target_name", together) == expected


@pytest.mark.parametrize("instrument", ["nircam", "niriss", "nirspec", "miri"])
def test_files_of_time_series(journey: Journey, direct: Asking, instrument: str) -> None:
    wanted = {"tsovisit": "t"}
    search = journey.search(collection="jwst-keywords", instrument=instrument, criteria=wanted)
    rows = journey.rows(search, "columns=filename,tsovisit,exp_type,dataURI")
    everything = direct.rows(
        f"Mast.Jwst.Filtered.{instrument.capitalize()}",
        {"columns": "filename,tsovisit,exp_type", "filters": []},
    )
    expected = sorted(row["filename"] for row in everything if row["tsovisit"] == "t")
    assert sorted(row["filename"] for row in rows) == expected
    assert expected
    assert {row["tsovisit"] for row in rows} == {"t"}
    assert len(everything) > len(expected)


def test_the_tutorials_observations(journey: Journey, direct: Asking) -> None:
    search = journey.search(collection="observations", criteria=TUTORIAL)
    programme = direct.observations(proposal_id="1073", obs_collection="JWST")
    expected = [
        row
        for row in programme
        if row["instrument_name"].upper().startswith("NIRCAM") and "F277W" in row["filters"].split(";")
    ]
    assert by_key(journey.rows(search)) == by_key(expected)
    assert 0 < len(expected) < len(programme)


def test_the_tutorials_products(journey: Journey, direct: Asking) -> None:
    """One table of unique products, of which the raw ones are taken."""
    search = journey.search(collection="observations", criteria=TUTORIAL)
    obsids = [row["obsid"] for row in journey.rows(search)]
    basket = journey.basket(search, obsids)
    listed = {row["dataURI"]: row for obsid in obsids for row in direct.products(int(obsid))}
    assert journey.get(f"baskets/{basket}")["products"] == len(listed)
    raw = {uri: row["size"] for uri, row in listed.items() if row["productSubGroupDescription"] == "UNCAL"}
    chosen = journey.select(basket, preset="everything", filters="f.productSubGroupDescription=UNCAL")
    assert (chosen["files"], chosen["bytes"]) == (len(raw), sum(raw.values()))
    assert raw
