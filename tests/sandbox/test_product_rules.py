"""What every product list keeps to, over built-in observations of every mission, mode and level."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.mast.naming import observation_id_of, parse_name
from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.products import RECOMMENDED

Row = dict[str, Any]
PREVIEWS = (".jpg", ".png")


@pytest.fixture(scope="session")
def kinds(builtin: Holdings) -> list[Row]:
    """One or two observations of every mission, instrument, level and kind of data."""
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in builtin.observations.to_pylist():
        key = (row["obs_collection"], row["instrument_name"], row["calib_level"], row["dataproduct_type"])
        groups[key].append(row)
    return [row for rows in groups.values() for row in rows[:2]]


@pytest.fixture(scope="session")
def lists(builtin: Holdings, kinds: list[Row]) -> list[tuple[Row, list[Row]]]:
    """Each of those observations with its product list."""
    return [(row, builtin.product_rows(row["obsid"])) for row in kinds]


@pytest.fixture(scope="session")
def jwst(lists: list[tuple[Row, list[Row]]]) -> list[tuple[Row, list[Row]]]:
    return [(row, listed) for row, listed in lists if row["obs_collection"] == "JWST" and listed]


@pytest.fixture(scope="session")
def everything(lists: list[tuple[Row, list[Row]]]) -> list[Row]:
    return [product for _, listed in lists for product in listed]


def test_there_are_many_kinds_to_look_at(jwst: list[tuple[Row, list[Row]]]) -> None:
    assert len({row["instrument_name"] for row, _ in jwst}) >= 10
    assert {row["calib_level"] for row, _ in jwst} >= {2, 3}


def test_executed_observations_have_products_and_planned_ones_none(
    lists: list[tuple[Row, list[Row]]],
) -> None:
    for row, listed in lists:
        if row["obs_collection"] in ("JWST", "HST"):
            assert bool(listed) is (row["calib_level"] != -1), row["obs_id"]


def test_every_row_belongs_to_the_observation_asked_for(lists: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in lists:
        assert {product["parent_obsid"] for product in listed} <= {row["obsid"]}
        assert {product["proposal_id"] for product in listed} <= {row["proposal_id"]}


def test_the_own_files_carry_its_number_and_the_others_theirs(jwst: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in jwst:
        numbers = {product["obs_id"]: product["obsID"] for product in listed}
        assert numbers[row["obs_id"]] == row["obsid"]
        assert len(set(numbers.values())) == len(numbers)


def test_letters_tell_combined_from_single(jwst: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in jwst:
        own = {product["type"] for product in listed if product["obsID"] == row["obsid"]}
        assert own == ({"D"} if row["calib_level"] == 3 else {"S"}), row["obs_id"]


def test_recommended_are_files_of_the_searched_observation_only(jwst: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in jwst:
        recommended = [p for p in listed if p["productGroupDescription"] == RECOMMENDED]
        assert recommended, row["obs_id"]
        assert {product["obsID"] for product in recommended} == {row["obsid"]}


def test_recommended_are_never_raw_nor_previews(everything: list[Row]) -> None:
    for product in everything:
        if product["obs_collection"] == "JWST" and product["productGroupDescription"]:
            assert product["calib_level"] >= 2
            assert product["productType"] != "PREVIEW"


def test_only_one_word_of_recommendation_is_known(everything: list[Row]) -> None:
    assert {product["productGroupDescription"] for product in everything} == {RECOMMENDED, None}


def test_the_main_file_of_the_observation_is_in_its_list(lists: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in lists:
        if row["dataURL"] and row["calib_level"] != -1:
            assert row["dataURL"] in {product["dataURI"] for product in listed}


def test_the_preview_of_the_observation_is_in_its_list(jwst: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in jwst:
        if row["jpegURL"]:
            assert row["jpegURL"] in {product["dataURI"] for product in listed}


def test_uris_end_with_the_file_name_under_the_mission(everything: list[Row]) -> None:
    for product in everything:
        if product["dataURI"].startswith("mast:"):
            mission = product["obs_collection"]
            assert product["dataURI"] == f"mast:{mission}/product/{product['productFilename']}"


def test_previews_are_pictures_and_pictures_previews(everything: list[Row]) -> None:
    for product in everything:
        is_picture = product["productFilename"].endswith(PREVIEWS)
        assert (product["productType"] == "PREVIEW") is is_picture, product["productFilename"]


def test_jwst_previews_have_the_words_mast_gives_them(jwst: list[tuple[Row, list[Row]]]) -> None:
    previews = [p for _, listed in jwst for p in listed if p["productType"] == "PREVIEW"]
    assert {(p["description"], p["productSubGroupDescription"]) for p in previews} == {("Preview-Full", None)}


def test_every_preview_stands_beside_what_it_shows(jwst: list[tuple[Row, list[Row]]]) -> None:
    for _, listed in jwst:
        names = {product["productFilename"] for product in listed}
        for name in names:
            if name.endswith(PREVIEWS):
                assert name.rpartition(".")[0] + ".fits" in names


def test_duplicates_are_the_same_file(everything: list[Row]) -> None:
    sizes: dict[str, set[object]] = defaultdict(set)
    for product in everything:
        sizes[product["dataURI"]].add((product["size"], product["productType"]))
    assert all(len(facts) == 1 for facts in sizes.values())


def test_no_row_is_listed_twice_under_one_observation(lists: list[tuple[Row, list[Row]]]) -> None:
    for _, listed in lists:
        keys = [(product["obsID"], product["dataURI"]) for product in listed]
        assert len(keys) == len(set(keys))


def test_associations_are_of_both_stages(jwst: list[tuple[Row, list[Row]]]) -> None:
    for row, listed in jwst:
        stages = {p["calib_level"] for p in listed if p["productFilename"].endswith("_asn.json")}
        assert stages == ({2, 3} if row["calib_level"] == 3 else {2}), row["obs_id"]


def test_the_calibration_project_and_version_stand_where_mast_has_them(everything: list[Row]) -> None:
    for product in everything:
        if product["obs_collection"] == "JWST":
            assert product["project"] == "CALJWST"
            assert bool(product["prvversion"]) is (product["calib_level"] > 1)


def test_names_are_read_by_the_portal_as_the_archive_means_them(jwst: list[tuple[Row, list[Row]]]) -> None:
    """The naming rules were written twice, by two authors: here they meet."""
    for _, listed in jwst:
        for product in listed:
            told = parse_name(product["productFilename"])
            assert told.mission == "JWST", product["productFilename"]
            assert told.program == product["proposal_id"]
            group = product["productSubGroupDescription"] or ""
            assert told.is_guide_star is group.startswith("GS-")


def test_science_names_lead_to_their_observation_and_level(jwst: list[tuple[Row, list[Row]]]) -> None:
    for _, listed in jwst:
        for product in listed:
            name = product["productFilename"]
            if product["productType"] != "SCIENCE" or name.endswith((".ecsv", "_ami-oi.fits")):
                continue  # what the last stage writes for single exposures has a level of its own
            assert observation_id_of(name) == product["obs_id"], name
            assert parse_name(name).level == product["calib_level"], name


def test_every_listed_file_is_there_in_the_size_listed(builtin: Holdings, kinds: list[Row]) -> None:
    for row in kinds[::3]:
        for listed in builtin.product_rows(row["obsid"])[::7]:
            found = builtin.product(listed["dataURI"])
            assert found is not None
            assert found.size_bytes == listed["size"] == len(found.read(0, found.size_bytes))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_range_is_the_slice_of_the_whole(
    builtin: Holdings, everything: list[Row], data: st.DataObject
) -> None:
    product = builtin.product(data.draw(st.sampled_from(everything))["dataURI"])
    assert product is not None
    size = product.size_bytes
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    assert product.read(start, stop) == product.read(0, size)[start:stop]


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_pieces_of_any_length_join_to_the_whole(
    builtin: Holdings, everything: list[Row], data: st.DataObject
) -> None:
    product = builtin.product(data.draw(st.sampled_from(everything))["dataURI"])
    assert product is not None
    step = data.draw(st.integers(997, 20_000))
    pieces = [product.read(at, at + step) for at in range(0, product.size_bytes, step)]
    assert b"".join(pieces) == product.read(0, product.size_bytes)


def test_beyond_the_end_there_is_nothing(builtin: Holdings, everything: list[Row]) -> None:
    for listed in everything[::150]:
        product = builtin.product(listed["dataURI"])
        assert product is not None
        assert product.read(product.size_bytes, product.size_bytes + 10) == b""
        assert len(product.read(product.size_bytes - 3, product.size_bytes + 10)) == 3
