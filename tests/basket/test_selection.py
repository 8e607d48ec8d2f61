"""What is wanted of a basket's products, and what it adds up to."""

from typing import Any

import pytest

from basket.selection import Selection, Wanted, chosen, sums_by
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from tests.basket.tables import open_table, product

CAL = "jw01176001001_02101_00001_nrca1_cal.fits"
I2D = "jw01176-o001_t001_nircam_clear-f150w_i2d.fits"
JPG = "jw01176-o001_t001_nircam_clear-f150w_i2d.jpg"


@pytest.fixture
def products() -> OpenTable:
    return open_table(
        [
            product(I2D, size=100),
            product(CAL, obsid="2", calib_level=2, size=10, dataRights="EXCLUSIVE_ACCESS"),
            product(JPG, productType="PREVIEW", size=1),
        ]
    )


def uri(name: str) -> str:
    return f"mast:JWST/product/{name}"


def names(products: OpenTable, **wish: Any) -> set[str]:
    wanted = Wanted(products, chosen(products, Selection.parse(wish)))
    return {name.rsplit("/", 1)[-1] for name in wanted.uris()}


def test_the_usual_wish_is_the_highest_level_with_parents(products: OpenTable) -> None:
    assert names(products) == {I2D, CAL}


def test_filters_narrow_the_preset(products: OpenTable) -> None:
    assert names(products, filters="f.suffix=cal") == {CAL}


def test_single_choices_correct_the_preset_and_the_filters(products: OpenTable) -> None:
    wish = {"filters": "f.suffix=cal", "include": [uri(JPG)], "exclude": [uri(CAL)]}
    assert names(products, **wish) == {JPG}


def test_nothing_but_what_is_included(products: OpenTable) -> None:
    assert names(products, preset="none", include=[uri(I2D)]) == {I2D}


def test_a_file_both_included_and_excluded_is_left_out(products: OpenTable) -> None:
    assert names(products, preset="none", include=[uri(I2D)], exclude=[uri(I2D)]) == set()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"preset": "most"}, "preset"),
        ({"filters": ["f.suffix=cal"]}, "filters"),
        ({"include": "mast:x"}, "include"),
        ({"exclude": [1]}, "exclude"),
        ({"presets": "parents"}, "presets"),
    ],
)
def test_what_is_no_selection_is_told_by_its_part(wish: dict[str, Any], field: str) -> None:
    with pytest.raises(BadQuery) as error:
        Selection.parse(wish)
    assert error.value.field == field


def test_a_foreign_uri_is_named(products: OpenTable) -> None:
    with pytest.raises(BadQuery, match=r"other\.fits") as error:
        Selection.parse({"include": ["mast:JWST/product/other.fits"]}).check(products)
    assert error.value.field == "include"


def test_filters_of_an_unknown_column_are_refused(products: OpenTable) -> None:
    with pytest.raises(BadQuery, match="suffix"):
        Selection.parse({"filters": "f.sufix=cal"}).check(products)


def test_a_selection_survives_being_stored() -> None:
    wish = {"preset": "everything", "filters": "f.suffix=cal", "include": ["b", "a", "a"], "exclude": ["c"]}
    stored = Selection.parse(wish).as_json()
    assert stored["include"] == ["a", "b"]
    assert Selection.parse(stored).as_json() == stored


def test_including_takes_back_an_exclusion() -> None:
    selection = Selection.parse({"exclude": ["a", "b"]}).including(["a"])
    assert (selection.include, selection.exclude) == (("a",), ("b",))
    back = selection.excluding(["a"])
    assert (back.include, back.exclude) == ((), ("a", "b"))


def test_sums_of_what_is_wanted(products: OpenTable) -> None:
    wanted = Wanted(products, chosen(products, Selection()))
    assert (wanted.files, wanted.bytes, wanted.restricted) == (2, 110, 1)
    assert Wanted.none_of(products).bytes == 0


def test_sums_by_suffix_tell_wanted_and_all(products: OpenTable) -> None:
    mask = chosen(products, Selection())
    assert sums_by(products, "suffix", mask) == [
        {"value": "i2d", "total": 2, "total_bytes": 101, "files": 1, "bytes": 100},
        {"value": "cal", "total": 1, "total_bytes": 10, "files": 1, "bytes": 10},
    ]


def test_sums_by_detector_count_files_without_one(products: OpenTable) -> None:
    found = sums_by(products, "detector", chosen(products, Selection()))
    assert {row["value"]: row["total"] for row in found} == {None: 2, "NRCA1": 1}
