"""Conditions on columns: values, wildcards, ranges, types, and sentences for what does not fit."""

import pytest

from mastportal.mast.column_filters import ColumnFilter, parse_filters
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import fields_by_name

OBSERVATIONS = fields_by_name("observations")
NIRISS = fields_by_name("jwst-keywords", "niriss")


def one(given, fields=OBSERVATIONS):
    (found,) = parse_filters(given, fields)
    return found


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"filters": ["F277W", "F150W", "f277w"]}, ("F150W", "f277w")),
        ({"filters": "F277W"}, ("F277W",)),
        ({"FILTERS": ["F277W", ""]}, ("F277W",)),
        ({"target_name": [" VV   191 "]}, ("VV 191",)),
        ({"target_name": ["te*t"]}, ("te*t",)),
        ({"obs_collection": ["jwst"]}, ("JWST",)),
        ({"proposal_id": ["jw01176", 1073, "10*"]}, ("10*", "1073", "1176")),
        ({"calib_level": [3, "2", -1.0]}, ("-1", "2", "3")),
        ({"calib_level": {"min": 2}}, ("2", "3", "4")),
        ({"calib_level": {"min": -1, "max": 1}}, ("-1", "0", "1")),
        ({"mtFlag": [True]}, ("true",)),
        ({"mtFlag": "no"}, ("false",)),
    ],
)
def test_values_are_tidied(given, values):
    assert one(given).values == values


@pytest.mark.parametrize(
    ("given", "bounds"),
    [
        ({"t_exptime": {"min": 100, "max": 2000}}, (100, 2000)),
        ({"t_exptime": {"min": "100"}}, (100, None)),
        ({"s_dec": {"max": -30.5, "min": None}}, (None, -30.5)),
        ({"t_min": {"min": "2022-07-01", "max": "2022-07-02T12:00:00"}}, (59761, 59762.5)),
        ({"t_min": {"min": "2022-07-01T02:00+02:00"}}, (59761, None)),
        ({"em_min": 600}, (600, 600)),
    ],
)
def test_ranges_take_numbers_and_dates(given, bounds):
    found = one(given)
    assert found.is_range
    assert (found.minimum, found.maximum) == bounds


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"tsovisit": [True]}, ("t",)),
        ({"tsovisit": "T"}, ("t",)),
        ({"tsovisit": ["false"]}, ("f",)),
        ({"exp_type": ["nis_wfss"]}, ("NIS_WFSS",)),
        ({"program": ["jw01176"]}, ("1176",)),
        ({"observtn": [4, "005"]}, ("4", "5")),
        ({"isRestricted": [False]}, ("false",)),
    ],
)
def test_keyword_values_are_in_the_archives_spelling(given, values):
    assert one(given, NIRISS).values == values


def test_whole_numbers_of_keywords_may_be_a_range():
    assert one({"ngroups": {"min": 5}}, NIRISS).minimum == 5


@pytest.mark.parametrize(
    ("given", "field", "about"),
    [
        ({"instrument_nam": ["x"]}, "criteria.instrument_nam", "instrument_name"),
        ({"qqqq": ["x"]}, "criteria.qqqq", "list of columns"),
        ({"s_region": ["x"]}, "criteria.s_region", "cannot search"),
        ({"filters": []}, "criteria.filters", "at least one value"),
        ({"filters": [""]}, "criteria.filters", "at least one value"),
        ({"filters": None}, "criteria.filters", "text or a number"),
        ({"filters": [["a"]]}, "criteria.filters", "text or a number"),
        ({"filters": {"min": 1}}, "criteria.filters", "list of values"),
        ({"filters": ["a*", "b*"]}, "criteria.filters", "one value with"),
        ({"filters": ["x" * 301]}, "criteria.filters", "300 characters"),
        ({"filters": [f"F{n}W" for n in range(1001)]}, "criteria.filters", "At most 1,000"),
        ({"calib_level": ["high"]}, "criteria.calib_level", "whole number"),
        ({"calib_level": {"min": 9}}, "criteria.calib_level", "from -1"),
        ({"sequence_number": {"min": 9}}, "criteria.sequence_number", "list of values"),
        ({"mtFlag": ["perhaps"]}, "criteria.mtFlag", "true or false"),
        ({"t_exptime": {"min": 5, "max": 1}}, "criteria.t_exptime", "upside down"),
        ({"t_exptime": {}}, "criteria.t_exptime", "smallest or a largest"),
        ({"t_exptime": {"min": "long"}}, "criteria.t_exptime", "not a number"),
        ({"t_exptime": {"min": True}}, "criteria.t_exptime", "not a number"),
        ({"t_exptime": {"min": "inf"}}, "criteria.t_exptime", "not a number"),
        ({"t_exptime": {"from": 1}}, "criteria.t_exptime", "not from"),
        ({"t_exptime": [1, 2]}, "criteria.t_exptime", "min and max"),
        ({"t_min": {"min": "2022-13-01"}}, "criteria.t_min", "date or an MJD"),
        ({"filters": ["a"], "Filters": ["b"]}, "criteria.filters", "twice"),
        (["filters"], "criteria", "object"),
    ],
)
def test_what_does_not_fit_is_told(given, field, about):
    with pytest.raises(BadQuestion, match=about) as caught:
        parse_filters(given, OBSERVATIONS)
    assert caught.value.field == field


def test_a_date_column_names_its_mjd_twin():
    with pytest.raises(BadQuestion, match="date_obs_mjd"):
        parse_filters({"date_obs": ["2022-07-01"]}, NIRISS)


@pytest.mark.parametrize(
    "given",
    [
        {"filters": ["F150W", "F277W"]},
        {"t_min": {"min": 59761.0}},
        {"instrument_name": {"exact": ["NIRCAM"]}},
    ],
)
def test_a_condition_is_given_back_as_it_is_read(given):
    found = one(given)
    assert {found.column: found.as_json()} == given


def test_no_criteria_are_none():
    assert parse_filters(None, OBSERVATIONS) == ()
    assert ColumnFilter("filters", ("te*t",)).wildcard == "te*t"
