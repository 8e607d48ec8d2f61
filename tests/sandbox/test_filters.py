"""The Mashup's filter grammar, rule by rule."""

from typing import Any

import pyarrow as pa
import pytest

from mastportal.sandbox.filters import BadFilter, matching, parse_filters
from mastportal.sandbox.opened import OpenTable

TABLE = OpenTable(
    pa.table(
        {
            "instrument_name": ["NIRCAM/IMAGE", "NIRCAM", "NIRSPEC/MSA", None, "nircam/image"],
            "filters": ["F277W", "F170LP;G235M", "F277W; CLEAR", "", None],
            "calib_level": pa.array([3, 2, -1, None, 3], pa.int64()),
            "t_min": pa.array([59000.0, 59500.5, None, 60000.0, float("nan")], pa.float64()),
            "mtFlag": [True, False, None, False, True],
            "tsovisit": ["f", "t", "F", "T", None],
            "date_obs": ["2022-01-01", "2023-01-01", None, "2024-01-01", "2025-01-01"],
            "obsid": pa.array([1001, 1002, 1003, 1004, 2001], pa.int64()),
        }
    )
)


def found(name: str, *values: Any, free: str = "", separator: str = "") -> list[int]:
    each = {"paramName": name, "values": list(values), "freeText": free, "separator": separator}
    return [int(n) for n in matching(TABLE, parse_filters([each])).nonzero()[0]]


def test_texts_compare_without_case_and_whole() -> None:
    assert found("instrument_name", "Nircam") == [1]
    assert found("instrument_name", "NIRCAM/image", "nirspec/msa") == [0, 2, 4]


def test_column_names_compare_without_case() -> None:
    assert found("INSTRUMENT_NAME", "nircam") == [1]


def test_percent_is_the_only_wildcard_and_nothing_is_implied() -> None:
    assert found("instrument_name", free="Nircam%") == [0, 1, 4]
    assert found("instrument_name", free="%IMAGE") == [0, 4]
    assert found("instrument_name", free="IMAGE") == []
    assert found("instrument_name", free="NIRC_M") == []


def test_values_or_free_text() -> None:
    assert found("instrument_name", "NIRSPEC/MSA", free="%cam") == [1, 2]


def test_a_separator_lets_any_trimmed_part_match() -> None:
    assert found("filters", "g235m", separator=";") == [1]
    assert found("filters", "CLEAR", separator=";") == [2]
    assert found("filters", "F277W", separator=";") == [0, 2]
    assert found("filters", free="F2%", separator=";") == [0, 2]


def test_without_separator_the_whole_text_must_match() -> None:
    assert found("filters", "G235M") == []
    assert found("filters", "f170lp;g235m") == [1]


def test_numbers_may_be_asked_as_texts() -> None:
    assert found("calib_level", "3") == [0, 4]
    assert found("calib_level", 3, "-1") == [0, 2, 4]
    assert found("obsid", "1002") == [1]


def test_a_long_list_of_numbers() -> None:
    assert found("obsid", *range(1002, 60_000)) == [1, 2, 3, 4]


def test_free_text_over_numbers() -> None:
    assert found("obsid", free="100%") == [0, 1, 2, 3]


def test_bounds_are_inclusive_and_may_be_open_or_texts() -> None:
    assert found("t_min", {"min": 59000, "max": 59500.5}) == [0, 1]
    assert found("t_min", {"min": "59500.5"}) == [1, 3]
    assert found("t_min", {"max": 59000, "min": None}) == [0]
    assert found("t_min", {"min": 0, "max": 59000}, {"min": 60000, "max": 70000}) == [0, 3]


@pytest.mark.parametrize("word", ["False", "false", "f", "0"])
def test_booleans_are_asked_with_words(word: str) -> None:
    assert found("mtFlag", word) == [1, 3]


def test_flags_kept_as_text() -> None:
    assert found("tsovisit", "T") == [1, 3]


def test_a_range_over_a_date_text_returns_every_row() -> None:
    """MAST ignores such a filter; so a client must use the _mjd column."""
    assert found("date_obs", {"min": "2023-01-01", "max": "2023-12-31"}) == [0, 1, 2, 3, 4]


def test_an_empty_filter_lets_everything_pass() -> None:
    assert found("filters") == [0, 1, 2, 3, 4]


def test_filters_are_joined_by_and() -> None:
    both = [{"paramName": "calib_level", "values": ["3"]}, {"paramName": "mtFlag", "values": ["true"]},
            {"paramName": "t_min", "values": [{"min": 1, "max": 99999}]}]  # fmt: skip
    assert matching(TABLE, parse_filters(both)).nonzero()[0].tolist() == [0]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([{"paramName": "nope", "values": ["1"]}], "nope"),
        ([{"paramName": "calib_level", "values": ["high"]}], "high"),
        ([{"paramName": "t_min", "values": [{"min": "early"}]}], "t_min"),
        ([{"values": ["1"]}], "paramName"),
        ("calib_level=3", "list"),
    ],
)
def test_what_cannot_be_read_is_said(given: Any, sentence: str) -> None:
    with pytest.raises(BadFilter, match=sentence):
        matching(TABLE, parse_filters(given))
