"""The presets over every product list recorded from MAST: what must be in, what must never be."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from basket.rules import RULES
from mastportal.mast.naming import parse_name
from tests.basket.recorded import Row, by_observation, products_of_lists, recorded_rows

Lists = dict[str, list[Row]]


@pytest.fixture(scope="module")
def lists(shared: Path) -> Lists:
    found = by_observation(recorded_rows(shared))
    assert len(found) > 5
    return found


@pytest.fixture(scope="module")
def chosen(lists: Lists) -> dict[str, list[Row]]:
    """What the usual preset wants of each observation alone."""
    return {obsid: wanted(products_of_lists({obsid: rows}), "parents") for obsid, rows in lists.items()}


def wanted(products: pa.Table, preset: str) -> list[Row]:
    rows: list[Row] = products.filter(pa.array(RULES[preset](products))).to_pylist()
    return rows


def test_every_observation_with_science_gives_something(lists: Lists, chosen: dict[str, list[Row]]) -> None:
    science = {obsid for obsid, rows in lists.items() if any(r["productType"] == "SCIENCE" for r in rows)}
    assert science
    assert not [obsid for obsid in science if not chosen[obsid]]


def test_no_preview_and_no_thumbnail_anywhere(chosen: dict[str, list[Row]]) -> None:
    kinds = {row["productType"] for rows in chosen.values() for row in rows}
    assert not kinds & {"PREVIEW", "THUMBNAIL"}


def test_guide_star_files_only_of_guide_star_observations(chosen: dict[str, list[Row]]) -> None:
    for obsid, rows in chosen.items():
        strays = [row for row in rows if "_gs-" in row["productFilename"] and "_gs-" not in row["obs_id"]]
        assert not strays, obsid


def test_lower_level_science_is_complete(lists: Lists, chosen: dict[str, list[Row]]) -> None:
    """Below the observation's own highest level no science file of the list is left behind."""
    for obsid, rows in chosen.items():
        names = {row["productFilename"] for row in rows}
        levels = [row["calib_level"] for row in rows if row["obsID"] == obsid]
        for row in lists[obsid]:
            below = levels and row["calib_level"] and int(row["calib_level"]) < max(levels)
            if below and row["productType"] == "SCIENCE" and "_gs-" not in row["productFilename"]:
                assert row["productFilename"] in names, obsid


def test_association_pool_and_shutter_files_come_with_it(lists: Lists, chosen: dict[str, list[Row]]) -> None:
    for obsid, rows in chosen.items():
        ties = {
            row["dataURI"]
            for row in lists[obsid]
            if row["productSubGroupDescription"] in ("ASN", "POOL", "MSA")
            and "_gs-" not in row["productFilename"]
        }
        assert ties <= {row["dataURI"] for row in rows}, obsid


def test_presets_are_nested(lists: Lists) -> None:
    for obsid, rows in lists.items():
        products = products_of_lists({obsid: rows})
        everything = {row["dataURI"] for row in wanted(products, "everything")}
        assert everything == {row["dataURI"] for row in rows}
        for preset in ("parents", "recommended", "none"):
            assert {row["dataURI"] for row in wanted(products, preset)} <= everything


def test_recommended_is_the_archives_mark_and_nothing_else(lists: Lists) -> None:
    for obsid, rows in lists.items():
        marked = {
            r["dataURI"] for r in rows if r["productGroupDescription"] == "Minimum Recommended Products"
        }
        assert {r["dataURI"] for r in wanted(products_of_lists({obsid: rows}), "recommended")} == marked


def test_a_basket_of_all_wants_what_each_observation_wants(
    lists: Lists, chosen: dict[str, list[Row]]
) -> None:
    """Observations sharing files neither add to nor take from each other's wishes."""
    together = {row["dataURI"] for row in wanted(products_of_lists(lists), "parents")}
    assert together == {row["dataURI"] for rows in chosen.values() for row in rows}


def test_the_order_of_observations_and_rows_does_not_matter(lists: Lists) -> None:
    backwards = {obsid: lists[obsid][::-1] for obsid in reversed(lists)}
    for preset in RULES:
        one, other = (wanted(products_of_lists(each), preset) for each in (lists, backwards))
        assert {row["dataURI"] for row in one} == {row["dataURI"] for row in other}


def test_each_file_once_with_all_observations_that_list_it(lists: Lists) -> None:
    products = products_of_lists(lists)
    parents: dict[str, set[str]] = {}
    for obsid, rows in lists.items():
        for row in rows:
            parents.setdefault(row["dataURI"], set()).add(obsid)
    found = zip(products["dataURI"].to_pylist(), products["parents"].to_pylist(), strict=True)
    assert {uri: set(told.split(";")) for uri, told in found} == parents
    assert products.num_rows == len(parents)


@pytest.mark.parametrize("fact", ["suffix", "extension", "detector", "is_guide_star"])
def test_names_are_read_in_bulk_as_one_by_one(lists: Lists, fact: str) -> None:
    """The shortcut over shared ids and endings tells the same as reading each name whole."""
    products = products_of_lists(lists)
    column = "guide_star" if fact == "is_guide_star" else fact
    names: list[Any] = products["productFilename"].to_pylist()
    told = dict(zip(names, products[column].to_pylist(), strict=True))
    each = {name: getattr(parse_name(name), fact) for name in names}
    assert {n: v for n, v in told.items() if (v or "") != (each[n] or "")} == {}
