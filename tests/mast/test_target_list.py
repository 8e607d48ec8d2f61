"""Lists of targets as a question: spellings, one canonical form, what is wrong, words and code."""

import ast
import math

import pytest

from mastportal.mast.errors import BadQuestion, TooMany
from mastportal.mast.target_entries import parse_entry
from mastportal.mast.target_list import MAX_TARGETS, duplicates, parse_target_list


def listed(*targets, **more):
    return parse_target_list({"collection": "targets", "targets": list(targets), **more})


@pytest.mark.parametrize(
    ("item", "label", "name", "position", "radius_deg"),
    [
        ("M  57", "M 57", "M 57", (None, None), None),
        ("m57 r=1m", "m57", "m57", (None, None), 1 / 60),
        ("10.68 41.27 r=30s", "10.68 41.27", None, (10.68, 41.27), 30 / 3600),
        ({"name": "M 57", "radius_deg": 0.1}, "M 57", "M 57", (None, None), 0.1),
        ({"name": "mine", "ra": 1, "dec": "-2.5"}, "mine", None, (1, -2.5), None),
        (
            {"ra": "18:53:35", "dec": "+33:01:45"},
            "283.395833 33.029167",
            None,
            (283.3958333, 33.0291667),
            None,
        ),
        ({"name": "a;b", "ra": 1.0, "dec": 2.0, "radius_deg": None}, "a,b", None, (1, 2), None),
        ({"name": "x" * 200, "ra": 1.0, "dec": 2.0}, "x" * 99 + "…", None, (1, 2), None),
        ({"name": "<b>=cmd()</b>", "ra": 0, "dec": 90}, "<b>=cmd()</b>", None, (0, 90), None),
    ],
)
def test_a_target_is_read(item, label, name, position, radius_deg):
    entry = parse_entry(item)
    assert (entry.label, entry.target.name) == (label, name)
    assert (entry.target.ra_deg, entry.target.dec_deg) == pytest.approx(position)
    assert entry.target.radius_deg == pytest.approx(radius_deg)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("m57 r=-1", "radius"),
        ("", "Enter an object"),
        ("two\nlines", "one line"),
        ("a; b", "one target at a time"),
        ("x" * 100_000, "at most 200 characters"),
        (17, "a text or an object"),
        ({"name": "a", "size": 1}, "no part called size"),
        ({"ra": 1, "dec": math.nan}, "not a number"),
        ({"ra": 361, "dec": 0}, "outside the sky"),
        ({"ra": "1e400", "dec": 0}, "not a position"),
        ({"ra": 1}, "not a number"),
        ({"ra": 1, "dec": 2, "radius_deg": math.inf}, "not a number"),
        ({"ra": 1, "dec": 2, "radius_deg": 31}, "at most 30"),
        ({"ra": 1, "dec": 2, "name": "a\0b"}, "control characters"),
        ({}, "Enter an object"),
    ],
)
def test_what_is_no_target_is_said_with_its_place(item, words):
    with pytest.raises(BadQuestion, match=words) as caught:
        listed("m57", item)
    assert str(caught.value).startswith("Target 2: ")
    assert caught.value.field == "targets"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"targets": "m57"}, "targets"),
        ({"targets": []}, "targets"),
        ({"targets": ["m57"], "radius_deg": "wide"}, "radius_deg"),
        ({"targets": ["m57"], "radius_deg": 0}, "radius_deg"),
        ({"targets": ["m57"], "radius_deg": True}, "radius_deg"),
        ({"targets": ["m57"], "criteria": {"nonsense": ["x"]}}, "criteria.nonsense"),
        ({"targets": ["m57"], "target": "m57"}, "target"),
    ],
)
def test_a_mistake_names_its_part(question, field):
    with pytest.raises(BadQuestion) as caught:
        parse_target_list({"collection": "targets", **question})
    assert caught.value.field == field


def test_more_than_a_thousand_are_too_many():
    assert len(listed(*(f"target {number}" for number in range(MAX_TARGETS))).entries) == MAX_TARGETS
    with pytest.raises(TooMany, match="1,001"):
        listed(*["m57"] * (MAX_TARGETS + 1))


def test_order_case_and_repetition_do_not_make_another_question():
    one = listed("M 57", "VV 191", "m57", radius_deg="1m")
    assert one.fingerprint() == listed("vv 191", "m 057", radius_deg=1 / 60).fingerprint()
    assert [entry.label for entry in one.entries] == ["M 57", "VV 191"]
    assert one.fingerprint() != listed("M 57", "VV 191").fingerprint()


def test_it_finds_back_to_itself():
    criteria = {"obs_collection": ["JWST"], "filters": {"not": ["F2*"]}}
    own = {"name": "mine", "ra": 283.4, "dec": 33.0, "radius_deg": 0.01}
    asked = listed("m57 r=1m", "10.68 41.27", own, radius_deg=0.2, criteria=criteria)
    again = parse_target_list(asked.as_json())
    assert (again.as_json(), again.fingerprint()) == (asked.as_json(), asked.fingerprint())


def test_the_radius_of_the_list_is_for_those_without_their_own():
    asked = listed("m57 r=1m", "10.68 41.27", radius_deg=0.5)
    radii = [asked.question_of(entry).target.radius_deg for entry in asked.entries]
    assert radii == pytest.approx([1 / 60, 0.5])


def test_words_spell_the_radius_out():
    assert "0.2° radius, or the object's own size" in listed("m57").words()
    words = listed("a1", "b2", "c3", "d4", radius_deg="1m", criteria={"obs_collection": ["JWST"]}).words()
    assert words.startswith("Observations of 4 targets (a1, b2, c3 and 1 more), 1′ radius unless")
    assert "Mission is JWST" in words


def test_the_code_is_python_and_quotes_what_is_hostile():
    asked = listed(
        {"name": "'); import os #", "ra": 1, "dec": 2}, criteria={"instrument_name": ["NIRCAM", "MIRI"]}
    )
    tree = ast.parse(asked.code())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == set()
    assert asked.code().count("query_criteria") == 2


def test_repeated_entries_are_found():
    entries = [parse_entry("m57"), None, parse_entry("VV 191"), parse_entry("M 57")]
    assert duplicates(entries) == [None, None, None, 0]
