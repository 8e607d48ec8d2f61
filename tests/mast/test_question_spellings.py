"""Metamorphic tests of questions: another spelling is the same question, another meaning another one."""

import ast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import INSTRUMENTS, OBSERVATION_FIELDS, fields_of
from mastportal.mast.target import format_radius, parse_radius, parse_target, tidy_name

RANGES = [field.name for field in OBSERVATION_FIELDS if field.kind == "range"]
LISTS = ["filters", "target_name", "proposal_pi", "obs_id", "project", "proposal_type"]
words = st.text("abcXYZ019-_ .'\"\\", min_size=1, max_size=10).filter(str.strip)
numbers = st.integers(-10_000, 10_000).map(lambda n: n / 8)


def asked(target="", **criteria):
    return parse_question({"collection": "observations", "target": target, "criteria": criteria})


def same(one, other):
    return one.fingerprint() == other.fingerprint() and one.as_json() == other.as_json()


@given(st.sampled_from(RANGES), numbers, numbers)
def test_numbers_in_any_spelling(name, one, other):
    low, high = sorted((one, other))
    plain = asked(**{name: {"min": low, "max": high}})
    assert same(plain, asked(**{name.upper(): {"max": f" {high}0 ", "min": str(low)}}))
    assert same(plain, parse_question(plain.as_json()))


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, "0", "-0", "-0.0", "0e5"])
def test_there_is_one_zero(zero):
    assert same(asked(s_dec={"min": 0}), asked(s_dec={"min": zero}))


@given(st.sampled_from(RANGES), numbers, numbers)
def test_bounds_matter(name, one, other):
    assume(one != other)
    low, high = sorted((one, other))
    questions = [{"min": low}, {"max": low}, {"min": high}, {"min": low, "max": high}, low]
    assert len({asked(**{name: each}).fingerprint() for each in questions}) == 5


@given(st.sampled_from(LISTS), st.lists(words, min_size=1, max_size=4))
def test_order_repetition_space_and_case_of_values(name, values):
    shouted = [f"  {value.upper()} " for value in reversed(values)] * 2
    assert asked(**{name: values}).fingerprint() == asked(**{name: shouted}).fingerprint()


@given(st.sampled_from(LISTS), words)
def test_one_value_needs_no_list(name, value):
    assert same(asked(**{name: value}), asked(**{name: [value]}))


@given(st.sampled_from(LISTS), st.sampled_from(LISTS), words)
def test_the_column_matters(one, other, value):
    assume(one != other)
    assert asked(**{one: value}).fingerprint() != asked(**{other: value}).fingerprint()


@given(words, words)
def test_two_values_are_not_their_join(one, other):
    assume(" ".join(one.split()).casefold() != " ".join(other.split()).casefold())
    both, joined = asked(obs_id=[one, other]), asked(obs_id=f"{one} {other}")
    assert both.fingerprint() != joined.fingerprint()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2022-07-01", 59761),
        ("2022-07-01T12:00:00", 59761.5),
        ("2022-07-01T12:00:00+00:00", 59761.5),
        ("2022-07-01T14:00:00+02:00", 59761.5),
        ("2022-07-01 12:00", "59761.5"),
    ],
)
def test_dates_are_days(one, other):
    assert same(asked(t_min={"min": one}), asked(t_min={"min": other}))


@pytest.mark.parametrize("text", ["2022-13-01", "2022-07-32", "yesterday", "nan", "inf", True, [], {}])
def test_what_is_no_date(text):
    with pytest.raises(BadQuestion, match="t_min") as caught:
        asked(t_min={"min": text})
    assert caught.value.field == "criteria.t_min"


@pytest.mark.parametrize(
    "criteria",
    [
        {"t_min": {"exact": ["soon"]}},
        {"filters": {"exact": ["F277W"]}},
        {"instrument_name": {"exact": ["NIRCAM"], "min": 3}},
        {"instrument_name": {"exact": []}},
        {"filters": {"min": 1}},
        {"filters": {}},
        {"t_min": {}},
        {"t_min": {"min": 2, "max": 1}},
        {"t_min": {"from": 2}},
        {"t_min": [1, 2]},
        {"filters": []},
        {"filters": [""]},
        {"filters": [None]},
        {"filters": [["F277W"]]},
        {"filters": ["F2*", "F3*"]},
        {"filters": ["x" * 301]},
        {"filters": ["a\x00b"]},
        {"filters": ["a"] * 1001},
        {"calib_level": ["high"]},
        {"calib_level": {"min": 5}},
        {"mtFlag": ["perhaps"]},
    ],
)
def test_conditions_that_cannot_be_name_their_column(criteria):
    with pytest.raises(BadQuestion) as caught:
        asked(**criteria)
    assert caught.value.field == f"criteria.{next(iter(criteria))}"
    assert str(caught.value).endswith(".")


def test_a_column_in_two_spellings_is_given_twice():
    with pytest.raises(BadQuestion, match="twice"):
        asked(filters=["a"], FILTERS=["b"])


@pytest.mark.parametrize("criteria", ["filters", [], 5, [["filters", "a"]]])
def test_criteria_that_are_no_object(criteria):
    with pytest.raises(BadQuestion) as caught:
        parse_question({"collection": "observations", "target": "m57", "criteria": criteria})
    assert caught.value.field == "criteria"


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_keyword_column_that_can_be_asked_for_can_be_said(instrument):
    for field in fields_of("jwst-keywords", instrument):
        if field.kind == "none":
            continue
        value = (
            {"min": 1, "max": 2} if field.kind == "range" else ["t"] if field.choices == ("t", "f") else ["1"]
        )
        question = {"collection": "jwst-keywords", "instrument": instrument, "criteria": {field.name: value}}
        criteria = parse_question(question)
        assert field.name in criteria.words()
        assert field.name in criteria.code()
        ast.parse(criteria.code())
        assert same(criteria, parse_question(criteria.as_json()))


@pytest.mark.parametrize("field", OBSERVATION_FIELDS, ids=lambda field: field.name)
def test_every_observation_column_is_said_or_refused_in_words(field):
    value = {"min": 1, "max": 2} if field.kind == "range" else ["true"] if field.type == "bool" else ["1"]
    if field.kind == "none":
        with pytest.raises(BadQuestion, match=field.name):
            asked(**{field.name: value})
        return
    criteria = asked(**{field.name: value})
    assert field.label in criteria.words()
    assert f"{field.name}=" in criteria.code()
    ast.parse(criteria.code())


@given(st.text(max_size=30).filter(str.strip), st.sampled_from(LISTS), words)
def test_the_code_is_python_whatever_was_typed(target, name, value):
    try:
        criteria = asked(target, **{name: value})
    except BadQuestion:
        return
    tree = ast.parse(criteria.code())
    assert {type(node) for node in tree.body} <= {ast.ImportFrom, ast.Assign, ast.Expr}


@given(st.text(max_size=40))
def test_a_canonical_target_is_read_back(text):
    try:
        target = parse_target(text)
    except BadQuestion:
        return
    again = parse_target(target.canonical())
    assert again.canonical() == target.canonical()
    assert again.has_position == target.has_position


@given(st.text(max_size=20))
def test_tidying_twice_changes_nothing(name):
    assert tidy_name(tidy_name(name)) == tidy_name(name)


@given(st.floats(1e-5, 30))
def test_a_radius_that_is_shown_is_nearly_the_one_meant(radius_deg):
    shown = format_radius(radius_deg)
    assert parse_radius(shown) == pytest.approx(radius_deg, rel=2e-2)


@given(st.floats(0, 359.9), st.floats(-89.9, 89.9))
def test_sexagesimal_and_decimal_are_the_same_place(ra_deg, dec_deg):
    hours, minutes = divmod(ra_deg / 15 * 60, 60)
    arc_deg, arcmin = divmod(abs(dec_deg) * 60, 60)
    sign = "-" if dec_deg < 0 else "+"
    for form in ("{:.0f}:{:.9f} {}{:.0f}:{:.9f}", "{:.0f}h{:.9f}m {}{:.0f}d{:.9f}m"):
        text = form.format(hours, min(minutes, 59.999999999), sign, arc_deg, min(arcmin, 59.999999999))
        target = parse_target(text)
        assert target.ra_deg == pytest.approx(ra_deg, abs=1e-6)
        assert target.dec_deg == pytest.approx(dec_deg, abs=1e-6)
