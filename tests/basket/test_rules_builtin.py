"""The presets over the sandbox's own holdings: one observation of every kind that it makes up."""

from typing import Any

import pytest
from django.conf import settings

from basket.rules import RULES
from tests.basket.recorded import Row, products_of_lists
from tests.files.archive_products import ask

COLUMNS = "obsid,obs_id,obs_collection,instrument_name,calib_level,dataproduct_type,dataRights"
PROGRAMMES = ["1073", "1176", "1345", "1558", "2609", "2732", "2733", "2736", "4426"]


@pytest.fixture(scope="module")
def kinds() -> dict[str, list[Row]]:
    """The product list of the first executed observation of each instrument mode, level and product type."""
    asked = [{"paramName": "proposal_id", "values": PROGRAMMES}]
    rows = ask(settings.ARCHIVE_URL, "Mast.Caom.Filtered", columns=COLUMNS, filters=asked)
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        names = ("obs_collection", "instrument_name", "calib_level", "dataproduct_type")
        if row["calib_level"] >= 0:
            first.setdefault(tuple(row[name] for name in names), row)
    assert len(first) > 5
    obsids = [str(row["obsid"]) for row in first.values()]
    return {obsid: ask(settings.ARCHIVE_URL, "Mast.Caom.Products", obsid=obsid) for obsid in obsids}


def wanted(lists: dict[str, list[Row]], preset: str) -> list[Row]:
    table = products_of_lists(lists)
    return [row for row, on in zip(table.to_pylist(), RULES[preset](table), strict=True) if on]


def test_every_kind_of_observation_gives_its_own_science(kinds: dict[str, list[Row]]) -> None:
    for obsid, rows in kinds.items():
        own = [row for row in wanted({obsid: rows}, "parents") if row["obsID"] == obsid]
        assert [row for row in own if row["productType"] == "SCIENCE"] or any(
            "_gs-" in row["obs_id"] for row in own
        ), obsid


def test_no_kind_gives_a_preview_by_default(kinds: dict[str, list[Row]]) -> None:
    found = wanted(kinds, "parents")
    assert not [row for row in found if row["productType"] in ("PREVIEW", "THUMBNAIL")]
    assert not [row for row in found if row["extension"] in ("jpg", "png")]


def test_guide_stars_come_only_as_themselves(kinds: dict[str, list[Row]]) -> None:
    strays = [row for row in wanted(kinds, "parents") if row["guide_star"] and "_gs-" not in row["obs_id"]]
    assert not strays


def test_recommended_is_what_is_marked(kinds: dict[str, list[Row]]) -> None:
    marked = {row["dataURI"] for rows in kinds.values() for row in rows if row["productGroupDescription"]}
    assert {row["dataURI"] for row in wanted(kinds, "recommended")} == marked != set()


def test_all_together_want_what_each_wants(kinds: dict[str, list[Row]]) -> None:
    each = {row["dataURI"] for o, rows in kinds.items() for row in wanted({o: rows}, "parents")}
    assert {row["dataURI"] for row in wanted(kinds, "parents")} == each


def test_combined_products_bring_their_exposures(kinds: dict[str, list[Row]]) -> None:
    """What a level-3 product was made of is there down to the raw exposures."""
    for obsid, rows in kinds.items():
        table = wanted({obsid: rows}, "parents")
        if any(row["obsID"] == obsid and row["calib_level"] == 3 for row in table):
            listed = {row["calib_level"] for row in rows if row["productType"] == "SCIENCE"}
            assert listed <= {row["calib_level"] for row in table}, obsid
