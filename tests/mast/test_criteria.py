"""Questions: what is accepted, what is refused with which field, and that spellings share a fingerprint."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.criteria import mode_less_question, parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import OBSERVATION_FIELDS


@dataclass
class Place:
    ra_deg: float = 283.396
    dec_deg: float = 33.029
    radius_deg: float | None = None


def observations(target="", **criteria):
    return {"collection": "observations", "target": target, "criteria": criteria}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (observations("m57 r=1m"), observations("M  057 r=60s")),
        (observations("m57 r=0.5"), observations("m57 r=30m")),
        (observations("14 03 12.6 54 20 56.7"), observations("14h03m12.6s +54d20m56.7s")),
        (observations("14 03 12.6 54 20 56.7"), observations("14:03.210 54:20.945")),
        (observations(filters=["F277W", "F150W"]), observations(filters=["f150w", "f277w", "F277W"])),
        (observations(calib_level={"min": 3}), observations(calib_level=[4, "3"])),
        (observations(instrument_name=["Nircam", "NIRCAM/IMAGE"]), observations(instrument_name="nircam")),
        (
            observations("m57", mtFlag=True, t_exptime={"min": 1}),
            observations("m57", t_exptime={"min": 1.0}, mtFlag="yes"),
        ),
        (
            {"collection": "programs", "programs": "jw01176, 1073"},
            {"collection": "Programs", "programs": [1073, 1176]},
        ),
        (
            {"collection": "jwst-keywords", "instrument": "Guide Star"},
            {"collection": "jwst-keywords", "instrument": "GUIDESTAR", "criteria": {}, "refresh": True},
        ),
        (
            {"collection": "ids", "ids": "jw02736001001_02101_00001_nrca1_cal.fits"},
            {"collection": "ids", "ids": ["mast:JWST/product/jw02736001001_02101_00001_nrca1_uncal.fits"]},
        ),
    ],
)
def test_spellings_of_one_question_share_a_fingerprint(one, other):
    assert parse_question(one).fingerprint() == parse_question(other).fingerprint()


def test_different_questions_have_different_fingerprints():
    questions = [
        observations("m57"),
        observations("m57 r=0.2"),
        observations("m5"),
        observations("m57", filters="F277W"),
        observations(filters="F277W"),
        observations(instrument_name="NIRCAM"),
        observations(instrument_name={"exact": ["NIRCAM"]}),
        {"collection": "programs", "programs": "1176"},
        {"collection": "jwst-keywords", "instrument": "niriss"},
        {"collection": "jwst-keywords", "instrument": "nircam"},
    ]
    assert len({parse_question(question).fingerprint() for question in questions}) == len(questions)


values = st.lists(st.sampled_from(["F277W", "F150W", "clear", "F2*"]), min_size=1, unique=True)
texts = st.sampled_from(
    [each.name for each in OBSERVATION_FIELDS if each.type == "string" and each.kind != "none"]
)


@given(
    st.dictionaries(texts.filter(lambda name: name != "instrument_name"), values, min_size=1), st.randoms()
)
def test_order_and_case_do_not_matter(criteria, chance):
    shuffled = [(name, chance.sample(listed, len(listed))) for name, listed in criteria.items()]
    chance.shuffle(shuffled)
    other = {name.upper(): [value.lower() for value in listed] for name, listed in shuffled}
    assert (
        parse_question(observations(**criteria)).fingerprint()
        == parse_question(observations(**other)).fingerprint()
    )


@given(st.dictionaries(texts.filter(lambda name: name != "instrument_name"), values, min_size=1))
def test_the_canonical_question_is_read_back_as_itself(criteria):
    question = parse_question(observations("m57 r=1m", **criteria))
    again = parse_question(question.as_json())
    assert again.as_json() == question.as_json()
    assert again.fingerprint() == question.fingerprint()


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "collection"),
        ({"collection": "everything"}, "collection"),
        ({"collection": "observations"}, "target"),
        ({"collection": "observations", "target": "", "criteria": {}}, "target"),
        ({"collection": "observations", "target": 5}, "target"),
        ({"collection": "observations", "target": "m57", "programs": "1176"}, "programs"),
        ({"collection": "observations", "target": "m57", "radius": 1}, "radius"),
        ({"collection": "observations", "target": "m57", "criteria": {"exp_tpye": 1}}, "criteria.exp_tpye"),
        (
            {"collection": "observations", "criteria": {"instrument_name": ["NIR*", "ACS"]}},
            "criteria.instrument_name",
        ),
        ({"collection": "programs"}, "programs"),
        ({"collection": "programs", "programs": "ten"}, "programs"),
        ({"collection": "jwst-keywords"}, "instrument"),
        ({"collection": "jwst-keywords", "instrument": "wfc3"}, "instrument"),
        ({"collection": "jwst-keywords", "instrument": "miri", "target": "m57"}, "target"),
        ({"collection": "ids", "ids": ""}, "ids"),
    ],
)
def test_a_bad_question_names_its_field(question, field):
    with pytest.raises(BadQuestion) as caught:
        parse_question(question)
    assert caught.value.field == field


def test_an_empty_part_of_another_collection_is_no_harm():
    assert parse_question(
        {"collection": "programs", "programs": "1176", "target": "", "ids": []}
    ).programs == ("1176",)


def test_a_name_is_resolved_before_it_is_asked():
    asked = parse_question(observations("m57 r=1m"))
    located = asked.located(Place())
    assert asked.name_to_resolve == "m57"
    assert located.name_to_resolve is None
    assert located.fingerprint() == asked.fingerprint()


@pytest.mark.parametrize(
    "question", [observations("283.4 33"), {"collection": "programs", "programs": "1176"}]
)
def test_nothing_else_needs_a_resolver(question):
    asked = parse_question(question)
    assert asked.name_to_resolve is None


def test_only_an_answer_about_a_position_has_distances():
    names = [each.name for each in parse_question(observations("m57")).fields]
    assert names[-1] == "distance"
    assert "distance" not in [each.name for each in parse_question(observations(filters="F277W")).fields]


@pytest.mark.parametrize(
    ("asked", "left_out"),
    [
        (["NIRCAM/IMAGE"], ("NIRCAM",)),
        (["NIRCAM/IMAGE", "NIRCAM/WFSS", "MIRI/IFU"], ("MIRI", "NIRCAM")),
        (["NIRCAM/*"], ("NIRCAM",)),
    ],
)
def test_a_mode_leaves_out_rows_without_one(asked, left_out):
    plain = mode_less_question(parse_question(observations("m57", instrument_name=asked)))
    chosen = plain.filter_of("instrument_name")
    assert (chosen.values, chosen.exact) == (left_out, True)
    assert plain.target == parse_question(observations("m57")).target


@pytest.mark.parametrize("asked", [["NIRCAM"], ["NIR*"], {"exact": ["NIRCAM"]}, ["NIRCAM", "NIRCAM/IMAGE"]])
def test_whole_instruments_leave_nothing_out(asked):
    assert mode_less_question(parse_question(observations(instrument_name=asked))) is None


def test_no_instrument_leaves_nothing_out():
    assert mode_less_question(parse_question(observations("m57"))) is None


def test_a_fingerprint_is_a_sha256_in_hex():
    assert int(parse_question(observations("m57")).fingerprint(), 16).bit_length() > 200
