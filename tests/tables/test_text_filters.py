"""Filters on texts: wildcards, case, blanks, joined values, and signs that are special elsewhere."""

import re
from itertools import chain

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.tables.codes import OpenTable
from mastportal.tables.filters import matching, wildcard_pattern
from mastportal.tables.grammar import TableQuery

SPECIAL = [*"\n\t\x0b\x00\\^$.|?+()[]{}-&~#'\"%<>=;,:/ ", "é", "ß", "İ", "\u2028", "😀", "𝔸"]
words = st.text(st.sampled_from(["a", "B", "*", "?", "[", ".", "\\", "ß", "é", "\n", " "]), max_size=6)


def opened(values: list[str | None], separator: str = "") -> OpenTable:
    field = pa.field("x", pa.string(), metadata={"separator": separator})
    return OpenTable(pa.Table.from_arrays([pa.array(values, pa.string())], schema=pa.schema([field])))


def rows(table: OpenTable, *pairs: tuple[str, str]) -> list[int]:
    mask = matching(table, TableQuery.parse(pairs, table.schema))
    return [number for number, kept in enumerate(mask.tolist()) if kept]


def glob(text: str, pattern: str) -> bool:
    """Wildcards once more, by hand: the pieces in their order, the first and last at the ends."""
    text, pieces = text.casefold(), pattern.strip().casefold().split("*")
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first) or not text[len(first) :].endswith(last):
        return False
    text = text[len(first) : len(text) - len(last)]
    for piece in middle:
        found = text.find(piece)
        if found < 0:
            return False
        text = text[found + len(piece) :]
    return True


@pytest.mark.parametrize("sign", SPECIAL)
def test_only_the_star_is_special(sign: str) -> None:
    table = opened([f"a{sign}b", "ab", "axb", None])
    for pattern in (f"a{sign}*", f"*{sign}b", f"A{sign}B"):
        assert rows(table, ("like.x", pattern)) == [0], pattern
        assert rows(table, ("unlike.x", pattern)) == [1, 2], pattern


@pytest.mark.parametrize("sign", SPECIAL)
def test_a_sign_is_found_as_itself(sign: str) -> None:
    table = opened([f"a{sign}b", "ab"])
    assert rows(table, ("f.x", f"a{sign}b")) == [0]
    assert rows(table, ("not.x", f"A{sign}B")) == [1]


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("*", [0, 1, 2, 3]),
        ("**", [0, 1, 2, 3]),
        ("ngc*", [0, 1]),
        ("*1", [0]),
        ("n*c*", [0, 1]),
        ("NGC 1", [0]),
        (" ngc 1 ", [0]),
        ("ngc", []),
        ("*g*2*", [1]),
        ("ngc 1*1", []),
    ],
)
def test_patterns(pattern: str, numbers: list[int]) -> None:
    assert rows(opened(["NGC 1", "ngc 22", "M 5", ""]), ("like.x", pattern)) == numbers


@given(st.lists(words, min_size=1, max_size=6), words.filter(str.strip))
def test_patterns_against_a_plain_one(values: list[str], pattern: str) -> None:
    wanted = [number for number, value in enumerate(values) if glob(value, pattern)]
    assert rows(opened(values), ("like.x", pattern)) == wanted


@given(st.lists(st.none() | words, max_size=8), words.filter(str.strip))
def test_like_and_unlike_split_the_known(values: list[str | None], pattern: str) -> None:
    table = opened(values, ";")
    known = [number for number, value in enumerate(values) if value is not None]
    both = rows(table, ("like.x", pattern)) + rows(table, ("unlike.x", pattern))
    assert sorted(both) == known


@given(words)
def test_patterns_are_regular_expressions(text: str) -> None:
    assert re.compile(wildcard_pattern(text).replace(r"\z", r"\Z"))


def test_a_value_with_blanks_is_that_value_where_there_is_one() -> None:
    assert rows(opened([" a", "a", "a "]), ("f.x", " a")) == [0]
    assert rows(opened([" a", "a", "a "]), ("f.x", "a")) == [1]
    assert rows(opened(["a", "b"]), ("f.x", "  A  ")) == [0]


def test_case_is_folded_as_unicode_folds_it() -> None:
    table = opened(["STRASSE", "Straße", "ÉTÉ", "été", "ﬁ", "FI"])
    assert rows(table, ("f.x", "straße")) == [0, 1]
    assert rows(table, ("f.x", "Été")) == [2, 3]
    assert rows(table, ("like.x", "F*")) == [4, 5]


@pytest.mark.parametrize(
    ("pair", "numbers"),
    [
        (("f.x", "F1"), [0, 1, 5]),
        (("f.x", "f2"), [0]),
        (("f.x", "F1;F2"), []),
        (("f.x", ""), [2, 3]),
        (("not.x", "f1"), [2, 3, 6]),
        (("not.x", ""), [0, 1, 5, 6]),
        (("like.x", "f*"), [0, 1, 5, 6]),
        (("like.x", "*;*"), []),
        (("unlike.x", "*1"), [2, 3, 6]),
        (("min.x", "f2"), [0, 6]),
        (("max.x", "f1"), [0, 1, 2, 3, 5]),
        (("null.x", "1"), [4]),
        (("q", "1;"), []),
        (("q", "f"), [0, 1, 5, 6]),
    ],
)
def test_joined_values_are_asked_by_element(pair: tuple[str, str], numbers: list[int]) -> None:
    table = opened(["F1; f2", " f1 ;", "", " ; ;", None, "f1;F1;f1", "F3 x"], ";")
    assert rows(table, pair) == numbers


def test_two_values_of_a_joined_column_are_any_of_both() -> None:
    table = opened(["F1;F2", "F2;F3", "F3", None], ";")
    assert rows(table, ("f.x", "F1"), ("f.x", "F2")) == [0, 1]
    assert rows(table, ("not.x", "F1"), ("not.x", "F3")) == []
    assert rows(table, ("f.x", "F2"), ("not.x", "F3")) == [0]
    assert rows(table, ("f.x", "F1"), ("null.x", "1")) == [0, 3]


def test_texts_are_searched_word_by_word() -> None:
    table = opened(["deep field NGC", "field of NGC", None, "NGC"])
    assert rows(table, ("q", "ngc FIELD")) == [0, 1]
    assert rows(table, ("q", "  deep   ")) == [0]
    assert rows(table, ("q", "dee ngc")) == [0]
    assert rows(table, ("q", "*")) == []


def test_every_word_may_stand_in_another_column() -> None:
    table = OpenTable(pa.table({"a": ["x", "x", None], "b": ["y", None, "y"], "n": [1, 2, 3]}))
    assert rows(table, ("q", "x y")) == [0]
    assert rows(table, ("q", "1")) == []


@given(st.lists(st.none() | words, max_size=8), words.map(str.strip))
def test_a_text_and_all_others_and_null_make_the_whole(values: list[str | None], value: str) -> None:
    table = opened(values)
    parts = rows(table, ("f.x", value)), rows(table, ("not.x", value)), rows(table, ("null.x", "1"))
    assert sorted(chain(*parts)) == list(range(len(values)))
    assert parts[2] == [number for number, each in enumerate(values) if each is None]


@given(st.lists(words, min_size=1, max_size=8))
def test_bounds_of_texts_meet_at_the_value(values: list[str]) -> None:
    bound = next((value for value in values if value and value == value.strip()), "a")
    table = opened(values)
    low, high = set(rows(table, ("max.x", bound))), set(rows(table, ("min.x", bound)))
    assert low | high == set(range(len(values)))
    assert low & high == set(rows(table, ("f.x", bound)))
