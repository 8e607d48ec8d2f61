"""Lists of programmes, observation ids and file names as people paste them."""

import pytest

from mastportal.mast.errors import BadQuestion
from mastportal.mast.identifiers import MAX_IDS, parse_ids, parse_programs, program_number


@pytest.mark.parametrize("text", ["1176", "01176", "jw01176", "JW01176", " 1176 "])
def test_spellings_of_one_programme_are_one(text):
    assert program_number(text) == "1176"


@pytest.mark.parametrize(
    "given", ["1176, 1073", "1073;1176", "jw01176\n 01073", ["1073", "jw01176"], [1176, 1073, "1073"]]
)
def test_programmes_come_in_order_each_once(given):
    assert parse_programs(given) == ("1073", "1176")


@pytest.mark.parametrize(
    "given",
    ["", " , ", [], None, "abc", "0", "00000", "123456", "-1", "1.5", "11*", "jw", [True], {"a": 1}, 5.0],
)
def test_an_impossible_programme_is_refused(given):
    with pytest.raises(BadQuestion) as caught:
        parse_programs(given)
    assert caught.value.field == "programs"


def test_too_many_programmes_are_refused():
    with pytest.raises(BadQuestion, match="At most 500"):
        parse_programs([str(number) for number in range(1, 502)])


def test_ids_and_file_names_become_observation_ids():
    pasted = """
        jw02736001001_02101_00001_nrca1_cal.fits
        mast:JWST/product/jw01176-o241_t001_nircam_clear-f200w_i2d.fits, o4g801090
        jw02736001001_02101_00001_nrca1_uncal.fits
    """
    assert parse_ids(pasted) == (
        "jw01176-o241_t001_nircam_clear-f200w",
        "jw02736001001_02101_00001_nrca1",
        "o4g801090",
    )


def test_ids_differing_in_case_only_are_one():
    assert len(parse_ids("O4G801090 o4g801090")) == 1


@pytest.mark.parametrize("given", ["", "a b", "jw01';--", ["x" * 201], [["nested"]]])
def test_what_cannot_be_an_id_is_refused(given):
    with pytest.raises(BadQuestion) as caught:
        parse_ids(given)
    assert caught.value.field == "ids"


def test_a_list_of_ten_thousand_ids_is_refused_with_advice():
    with pytest.raises(BadQuestion, match=r"5,000 .* 10,000\. Paste them in parts"):
        parse_ids([f"jw{number:011d}" for number in range(10_000)])


def test_the_limit_may_be_raised_by_who_asks_for_others():
    many = [f"jw{number:011d}_x" for number in range(MAX_IDS + 1)]
    assert len(parse_ids(many, most=10_000)) == MAX_IDS + 1
