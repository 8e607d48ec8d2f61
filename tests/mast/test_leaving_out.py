"""Values left out: the criteria form, the rows that stay, the counts that take them away, the words."""

import ast
from typing import Any

import pyarrow as pa
import pytest

from mastportal.mast.asking import count_requests, counts_exactly, rows_requests
from mastportal.mast.column_filters import ColumnFilter, parse_filters
from mastportal.mast.criteria import Criteria, mode_less_question, parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import arrow_schema, fields_by_name, fields_of
from mastportal.mast.leaving_out import leaving_out

OBSERVATIONS = fields_by_name("observations")


def table_of(**columns: list[Any]) -> pa.Table:
    """Rows of observations with these columns; the others are null."""
    schema = arrow_schema(fields_of("observations"))
    rows = len(next(iter(columns.values())))
    arrays = [pa.array(columns.get(field.name, [None] * rows), field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def question(**criteria: Any) -> Criteria:
    return parse_question({"collection": "observations", "target": "10 20 r=1m", "criteria": criteria})


def stay(column: str, values: list[Any], *unwanted: str) -> list[Any]:
    kept = leaving_out(table_of(**{column: values}), [ColumnFilter(column, excluded=unwanted)])
    return kept[column].to_pylist()


@pytest.mark.parametrize(
    ("column", "values", "unwanted", "stays"),
    [
        ("target_name", ["VV191", "vv191", "M 57", None], ("VV191",), ["M 57", None]),
        ("target_name", ["NGC 1", "ngc 2", "M 57"], ("NGC*",), ["M 57"]),
        ("target_name", ["a.c", "abc"], ("a.c",), ["abc"]),
        ("target_name", ["two\nlines", "x"], ("two*",), ["x"]),
        ("filters", ["F150W;F200W", "F150W; CLEAR", "F444W", None], ("f150w",), ["F444W", None]),
        ("instrument_name", ["NIRCAM", "NIRCAM/IMAGE", "NIRISS"], ("NIRCAM",), ["NIRISS"]),
        ("instrument_name", ["NIRCAM", "NIRCAM/IMAGE"], ("NIRCAM/IMAGE",), ["NIRCAM"]),
        ("calib_level", [-1, 3, None], ("-1",), [3, None]),
        ("mtFlag", [True, False, None], ("true",), [False, None]),
        ("target_name", [], ("x",), []),
        ("target_name", [None], ("*",), [None]),
        ("target_name", ["<b>", "x" * 100_000, "=1+1"], ("<b>", "=1+1"), ["x" * 100_000]),
    ],
)
def test_rows_with_an_excluded_value_go_and_rows_without_one_stay(column, values, unwanted, stays):
    assert stay(column, values, *unwanted) == stays


@pytest.mark.parametrize(
    "condition",
    [
        {"not": ["VV191"]},
        {"values": ["VV*"], "not": ["VV191", "VV 191"]},
    ],
)
def test_the_form_finds_back_to_itself(condition):
    asked = question(target_name=condition)
    assert parse_question(asked.as_json()).fingerprint() == asked.fingerprint()
    assert asked.as_json()["criteria"] == {"target_name": {**condition, "not": sorted(condition["not"])}}


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({"t_exptime": {"not": ["5"]}}, "takes a range"),
        ({"target_name": {"not": []}}, "at least one value"),
        ({"target_name": {"not": ["a*", "b*"]}}, "one value with *"),
        ({"target_name": {"not": {"min": 1}}}, "must be a text"),
        ({"target_name": {"not": ["a"], "min": 1}}, "not a range"),
        ({"target_name": {"not": ["a"], "other": ["b"]}}, "not other"),
        ({"instrument_name": {"not": ["NIRCAM", "MIRI*"]}}, "not by both"),
    ],
)
def test_what_cannot_be_left_out_is_said(criteria, words):
    with pytest.raises(BadQuestion, match=words.replace("*", r"\*")):
        parse_question({"collection": "observations", "target": "10 20", "criteria": criteria})


def test_something_must_be_wanted():
    with pytest.raises(BadQuestion, match="Say what is wanted"):
        parse_question({"collection": "observations", "criteria": {"obs_collection": {"not": ["HST"]}}})


def test_rows_are_asked_for_as_if_nothing_were_left_out():
    (asked,) = rows_requests(question(filters={"not": ["F150W"]}))
    assert asked.service == "Mast.Caom.Cone"


def test_two_columns_are_counted_by_inclusion_and_exclusion():
    asked = count_requests(question(filters={"not": ["F150W"]}, obs_collection={"not": ["HST"]}))
    told = [(sign, [each["paramName"] for each in part.params["filters"]]) for sign, part in asked]
    expected = [(1, []), (-1, ["filters"]), (-1, ["obs_collection"]), (1, ["filters", "obs_collection"])]
    assert told == expected


def test_more_than_three_columns_are_counted_at_most():
    columns = ("filters", "obs_collection", "target_name", "proposal_pi")
    criteria = {column: {"not": ["x"]} for column in columns}
    assert counts_exactly(question(**dict(list(criteria.items())[:3])))
    assert not counts_exactly(question(**criteria))
    assert [sign for sign, _ in count_requests(question(**criteria))] == [1]


def test_a_mode_asked_for_keeps_what_is_left_out():
    asked = question(instrument_name={"values": ["NIRCAM/IMAGE"], "not": ["MIRI"]})
    mode_less = mode_less_question(asked)
    assert mode_less is not None
    (chosen,) = mode_less.filters
    assert (chosen.values, chosen.excluded) == (("NIRCAM",), ("MIRI",))


def test_the_sentence_says_what_is_left_out_and_what_stays():
    words = question(target_name={"not": ["VV*"]}, instrument_name={"not": ["MIRI"]}).words()
    assert "Target name is not like VV*" in words
    assert "Instrument is not MIRI (every mode)" in words
    assert "rows without such a value stay" in words


def test_the_code_leaves_the_same_rows_out():
    asked = question(filters={"not": ["F150W"]}, target_name={"not": ["VV*"]})
    code = asked.code()
    ast.parse(code)
    mask = code[code.index("import re") :].replace("observations = observations[[", "kept.append([")
    mask = mask.replace("]]]\n", "]])\n").removesuffix("]]]") + "]])"
    kept: list[list[bool]] = []
    columns = {"filters": ["F150W;CLEAR", "F200W"], "target_name": ["M 57", "VV 191"]}
    exec(mask, {"kept": kept, "observations": columns})
    assert sorted(kept) == [[False, True], [True, False]]


def test_filters_of_a_column_given_twice_are_refused():
    with pytest.raises(BadQuestion, match="given twice"):
        parse_filters({"filters": ["a"], "FILTERS": {"not": ["b"]}}, OBSERVATIONS)
