"""The filter grammar against a model that reads it row by row, over tables of any texts and numbers."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastportal.sandbox.filters import BadFilter, Filter, matching, parse_filters
from mastportal.sandbox.opened import OpenTable

letters = st.text("aAbB;% .[]()\\*1", max_size=5)
texts = st.lists(st.none() | letters, min_size=1, max_size=12)
numbers = st.lists(st.none() | st.integers(-5, 5).map(float) | st.just(float("nan")), min_size=1, max_size=12)


def found(column: Any, **wanted: Any) -> list[bool]:
    opened = OpenTable(pa.table({"c": column}))
    return [bool(each) for each in matching(opened, parse_filters([{"paramName": "c", **wanted}]))]


def is_like(pattern: str, text: str) -> bool:
    """`%` for anything, read letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(is_like(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and is_like(pattern[1:], text[1:])


def parts(text: str, separator: str) -> list[str]:
    whole = text.strip().lower()
    return [whole, *(part.strip() for part in whole.split(separator))] if separator else [whole]


@given(texts, st.lists(letters, min_size=1, max_size=3), st.sampled_from(["", ";"]))
def test_values_are_whole_texts_or_parts(rows: list[str | None], values: list[str], separator: str) -> None:
    folded = {value.strip().lower() for value in values}
    expected = [row is not None and bool(folded & set(parts(row, separator))) for row in rows]
    assert found(pa.array(rows, pa.string()), values=values, separator=separator) == expected


@given(texts, letters.filter(bool), st.sampled_from(["", ";"]))
def test_free_text_is_like(rows: list[str | None], pattern: str, separator: str) -> None:
    wanted = pattern.strip().lower()
    expected = [
        row is not None and any(is_like(wanted, part) for part in parts(row, separator)) for row in rows
    ]
    assert found(pa.array(rows, pa.string()), values=[], freeText=pattern, separator=separator) == expected


@given(numbers, st.none() | st.integers(-6, 6), st.none() | st.integers(-6, 6), st.booleans())
def test_bounds_are_inclusive(
    rows: list[float | None], low: int | None, high: int | None, as_text: bool
) -> None:
    expected = [
        row is not None and row == row and (low is None or row >= low) and (high is None or row <= high)
        for row in rows
    ]
    ends = {"min": low, "max": high}
    if as_text:
        ends = {name: "" if end is None else f" {end} " for name, end in ends.items()}  # type: ignore[misc]
    assert found(pa.array(rows, pa.float64()), values=[ends]) == expected


@given(numbers, st.lists(st.integers(-6, 6), min_size=1, max_size=3))
def test_numbers_and_their_texts_are_the_same_question(rows: list[float | None], values: list[int]) -> None:
    column = pa.array(rows, pa.float64())
    as_numbers = found(column, values=values)
    assert as_numbers == found(column, values=[f" {value}.0 " for value in values])
    assert as_numbers == [row in values for row in rows]


@given(texts, st.lists(letters, min_size=1, max_size=3), letters.filter(bool))
def test_values_and_free_text_are_joined_by_or(
    rows: list[str | None], values: list[str], pattern: str
) -> None:
    column = pa.array(rows, pa.string())
    one, other = found(column, values=values), found(column, values=[], freeText=pattern)
    both = found(column, values=values, freeText=pattern)
    assert both == [a or b for a, b in zip(one, other, strict=True)]


@given(texts, st.lists(letters, min_size=1, max_size=2), st.lists(letters, min_size=1, max_size=2))
@settings(max_examples=50)
def test_filters_are_joined_by_and_in_any_order(
    rows: list[str | None], first: list[str], second: list[str]
) -> None:
    opened = OpenTable(pa.table({"c": pa.array(rows, pa.string())}))
    filters = [Filter("c", tuple(v.strip() for v in values)) for values in (first, second)]
    both = matching(opened, filters)
    assert (both == matching(opened, filters[::-1])).all()
    assert (both == matching(opened, filters[:1]) & matching(opened, filters[1:])).all()


@pytest.mark.parametrize("word", ["true", "T", "1", "YES", True])
def test_words_for_true(word: Any) -> None:
    assert found(pa.array([True, False, None]), values=[word]) == [True, False, False]


@pytest.mark.parametrize("words", [["true", "false"], ["1", "0"], [True, False]])
def test_both_words_leave_out_only_nulls(words: list[Any]) -> None:
    assert found(pa.array([True, False, None]), values=words) == [True, True, False]


@pytest.mark.parametrize("word", ["maybe", "", "2", None])
def test_other_words_match_no_flag(word: Any) -> None:
    assert found(pa.array([True, False, None]), values=[word]) == [False, False, False]


def test_a_single_value_needs_no_list() -> None:
    assert found(pa.array(["a", "b"]), values="a") == [True, False]
    assert found(pa.array([1.0, 2.0]), values={"min": 2}) == [False, True]


@pytest.mark.parametrize(
    "given_values", [{}, {"values": None}, {"values": []}, {"values": [], "freeText": ""}]
)
def test_a_filter_that_says_nothing_keeps_every_row(given_values: dict[str, Any]) -> None:
    assert found(pa.array(["a", "", None]), **given_values) == [True, True, True]
    assert found(pa.array([1, 2, None]), **given_values) == [True, True, True]


@pytest.mark.parametrize("ends", [{}, {"min": None}, {"min": "", "max": ""}])
def test_a_range_without_ends_keeps_every_number(ends: dict[str, Any]) -> None:
    assert found(pa.array([1.0, None, float("nan"), -5.0]), values=[ends]) == [True, False, False, True]


@pytest.mark.parametrize("pattern", ["%%", "%", " % "])
def test_a_lone_wildcard_matches_what_is_not_null(pattern: str) -> None:
    assert found(pa.array(["", "x", None]), values=[], freeText=pattern) == [True, True, False]


@pytest.mark.parametrize("given_filter", [5, None, [], "x", {}, {"paramName": ""}, {"paramName": None}])
def test_what_is_no_filter_is_refused(given_filter: Any) -> None:
    with pytest.raises(BadFilter, match="paramName"):
        parse_filters([given_filter])


def test_letters_beyond_ascii_and_line_breaks_match() -> None:
    column = pa.array(["Émile\nZola", "emile"])
    assert found(column, values=["émile\nzola"]) == [True, False]
    assert found(column, values=[], freeText="é%la") == [True, False]
