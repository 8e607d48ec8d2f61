"""Facets: shape, totals, order, what is left out."""

import pyarrow as pa
import pytest

from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.facets import facets
from mastportal.tables.filters import TableQuery
from tests.tables import make

OPENED = OpenTable(make.table())


def facet(query: str, column: str, **options: object) -> dict[str, object]:
    return facets(OPENED, TableQuery.parse(query, make.SCHEMA), [column], **options)[0]


def counts(found: dict[str, object]) -> dict[object, tuple[int, int]]:
    return {each["value"]: (each["count"], each["total"]) for each in found["values"]}


def test_a_facet_has_the_shape_of_the_contract() -> None:
    found = facet("f.calib_level=3", "filters", limit=1)
    assert found == {
        "column": "filters",
        "label": "Filters",
        "kind": "values",
        "values": [{"value": "F150W", "count": 1, "total": 2}],
        "more": 5,
    }


def test_joined_values_are_counted_by_element_whatever_their_case() -> None:
    assert counts(facet("", "filters")) == {
        "F150W": (2, 2),
        "": (1, 1),
        "CLEAR": (1, 1),
        "F356W": (1, 1),
        "F444W": (1, 1),
        None: (1, 1),
    }


def test_counts_ignore_the_columns_own_filter_and_keep_the_total() -> None:
    found = counts(facet("f.target_name=VV-191&f.calib_level=3", "target_name"))
    assert found["VV191"] == (2, 2)
    assert found["VV-191"] == (0, 1)


def test_spellings_that_differ_in_more_than_case_stay_apart() -> None:
    assert {"VV191", "VV-191", "VV 191"} <= counts(facet("", "target_name")).keys()


def test_numbers_and_flags_keep_their_type() -> None:
    assert counts(facet("", "calib_level")) == {3: (2, 2), -1: (1, 1), 2: (1, 1), None: (1, 1)}
    assert counts(facet("", "mtFlag")) == {False: (3, 3), True: (1, 1), None: (1, 1)}


def test_a_chosen_value_is_shown_however_rare() -> None:
    found = facet("f.filters=f444w", "filters", limit=1)
    assert [each["value"] for each in found["values"]] == ["F150W", "F444W"]
    assert found["more"] == 4


def test_within_searches_the_values() -> None:
    found = facet("", "filters", within="5")
    assert [each["value"] for each in found["values"]] == ["F150W", "F356W"]
    assert found["more"] == 0


@pytest.mark.parametrize(("unit", "kind"), [("", "values"), ("bytes", "range")])
def test_whole_numbers_are_measures_only_with_a_unit(unit: str, kind: str) -> None:
    field = pa.field("program", pa.int64(), metadata={"kind": "range", "unit": unit})
    table = OpenTable(pa.table({"program": [1176, 1073, 1176]}, schema=pa.schema([field])))
    assert facets(table, TableQuery(), ["program"])[0]["kind"] == kind


def test_a_range_has_bins_over_the_whole_table() -> None:
    found = facet("f.calib_level=3", "t_min")
    assert (found["kind"], found["unit"], found["min"], found["max"]) == ("range", "MJD", 59_800.5, 59_900.0)
    assert len(found["bins"]) == 24
    assert sum(each["count"] for each in found["bins"]) == 1
    assert found["null"] == {"count": 1, "total": 2}
    assert found["bins"][0]["max"] == found["bins"][1]["min"]


def test_a_wide_positive_range_has_bins_of_equal_ratio() -> None:
    table = OpenTable(pa.table({"x": [0.1, 1.0, 1e5]}))
    bins = facets(table, TableQuery(), ["x"])[0]["bins"]
    assert bins[1]["max"] / bins[1]["min"] == pytest.approx(bins[5]["max"] / bins[5]["min"])
    assert bins[-1]["count"] == 1


@pytest.mark.parametrize("values", [[], [None, None], [float("nan")]])
def test_a_range_without_numbers_has_no_bins(values: list[float | None]) -> None:
    found = facets(OpenTable(pa.table({"x": pa.array(values, pa.float64())})), TableQuery(), ["x"])[0]
    assert (found["min"], found["max"], found["bins"]) == (None, None, [])


def test_one_value_makes_one_bin() -> None:
    found = facets(OpenTable(pa.table({"x": [2.0, 2.0]})), TableQuery(), ["x"])[0]
    assert found["bins"] == [{"min": 2.0, "max": 2.0, "count": 2}]


def test_an_unknown_facet_is_refused() -> None:
    with pytest.raises(BadQuery, match="target_name"):
        facets(OPENED, TableQuery(), ["target_nam"])


def test_case_variants_are_shown_as_most_often_spelled() -> None:
    table = OpenTable(pa.table({"x": ["SCIENCE", "science", "science"]}))
    assert facets(table, TableQuery(), ["x"])[0]["values"] == [{"value": "science", "count": 3, "total": 3}]
