"""The panel's addresses: to a question, back again, and into the form."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from mastportal.mast.criteria import parse_question
from mastportal.mast.errors import BadQuestion
from mastportal.mast.target_list import parse_target_list
from mastportal.search.form_address import params_of, question_of
from mastportal.search.forms import MOST_USED, Criterion, form_of


def question(address: str) -> dict[str, object]:
    return question_of(QueryDict(address))


def criterion(address: str, name: str, error: BadQuestion | None = None) -> Criterion:
    groups = form_of(QueryDict(address), error).groups
    return next(each for group in groups for each in group.criteria if each.field.name == name)


def test_an_address_without_a_collection_is_about_a_target():
    assert question("target=m57+r%3D1m") == {"collection": "observations", "target": "m57 r=1m"}


def test_ticked_and_written_values_come_together():
    asked = question("collection=programs&programs=1176&c.filters=F150W&c.filters=F200W;+F3*")
    assert asked["criteria"] == {"filters": ["F150W", "F200W", "F3*"]}


def test_ranges_and_blanks():
    asked = question("target=m57&min.t_exptime=10&max.t_exptime=&min.t_min=+&c.target_name=")
    assert asked["criteria"] == {"t_exptime": {"min": "10"}}


def test_parts_of_other_collections_are_left_out():
    assert question("collection=jwst-keywords&instrument=niriss&target=m57") == {
        "collection": "jwst-keywords",
        "instrument": "niriss",
    }


@pytest.mark.parametrize(
    "address",
    [
        "collection=observations&target=m57+r%3D1m&c.instrument_name=NIRCAM&c.instrument_name=MIRI/IMAGE",
        "collection=observations&target=&c.calib_level=-1&min.t_min=2022-07-12",
        "collection=programs&programs=1176,+1073&min.t_exptime=10&max.t_exptime=20",
        "collection=jwst-keywords&instrument=niriss&c.exp_type=NIS_WFSS&c.tsovisit=t",
        "collection=ids&ids=jw02731-o001_t017_nircam_clear-f444w",
        "collection=programs&programs=1176&c.filters=F150W&c.filters=F4*&not.filters=1",
        "collection=programs&programs=1176&c.target_name=VV*&x.target_name=VV191&x.target_name=VV-191",
        "collection=jwst-keywords&instrument=niriss&c.program=1073&not.program=1&min.effexptm=5",
    ],
)
def test_a_question_finds_back_to_the_same_question(address):
    asked = parse_question(question(address))
    assert parse_question(question(params_of(asked.as_json()))).fingerprint() == asked.fingerprint()


def test_the_form_is_filled_in_as_the_address_says():
    form = form_of(QueryDict("collection=programs&programs=1176&c.obs_collection=hst&c.obs_collection=X*"))
    assert (form.collection, form.programs, form.advanced) == ("programs", "1176", True)
    missions = criterion("c.obs_collection=hst&c.obs_collection=X*", "obs_collection")
    assert [option.value for option in missions.options if option.chosen] == ["HST"]
    assert missions.text == "X*"


def test_a_mistake_stands_at_its_field():
    error = BadQuestion("Too old.", field="criteria.t_min")
    assert criterion("min.t_min=x", "t_min", error).error == "Too old."
    assert form_of(QueryDict("min.t_min=x"), error).error_field == "t_min"


def test_a_brief_panel_carries_its_criteria_along():
    form = form_of(QueryDict("target=m57&c.filters=F150W&c.filters=F200W&min.t_min=1"), brief=True)
    assert (form.advanced, form.groups, form.is_long) == (False, [], True)
    assert form.carried == [("c.filters", "F150W"), ("c.filters", "F200W"), ("min.t_min", "1")]


def test_unknown_choices_fall_back():
    form = form_of(QueryDict("collection=nonsense&instrument=nonsense"))
    assert (form.collection, form.instruments[0].chosen) == ("observations", True)


def test_the_keywords_people_ask_for_come_first():
    groups = form_of(QueryDict("collection=jwst-keywords&instrument=nircam&advanced=1")).groups
    assert groups[0].name == MOST_USED
    names = [each.field.name for each in groups[0].criteria]
    assert names[:4] == ["exp_type", "filter", "program", "observtn"]
    assert {"tsovisit", "category"} <= set(names[:8])


def test_a_flag_is_yes_or_no_and_nothing_else():
    asked = criterion("collection=jwst-keywords&instrument=nircam&advanced=1", "tsovisit")
    assert [(option.value, option.label) for option in asked.options] == [("t", "t, yes"), ("f", "f, no")]
    assert not asked.is_open


def test_programmes_of_keywords_are_written_one_by_one():
    address = "collection=jwst-keywords&instrument=nircam&c.program=1073;+1176"
    asked = criterion(address, "program")
    assert (asked.is_range, asked.text) == (False, "1073; 1176")
    assert parse_question(question(address)).filter_of("program").values == ("1073", "1176")


def test_every_field_with_a_filter_can_be_asked_for():
    groups = form_of(QueryDict("advanced=1")).groups
    assert sum(len(group.criteria) for group in groups) == 29
    assert criterion("advanced=1", "calib_level").options[0].label == "-1 planned"


def test_a_toggle_leaves_values_out_and_more_can_be_left_out_besides():
    asked = question("target=m57&c.filters=F150W;+F2*&not.filters=1&c.target_name=VV*&x.target_name=VV191")
    assert asked["criteria"] == {
        "filters": {"not": ["F150W", "F2*"]},
        "target_name": {"values": ["VV*"], "not": ["VV191"]},
    }


def test_a_toggle_without_values_asks_nothing():
    assert "criteria" not in question("target=m57&not.filters=1&not.t_min=1")


def test_the_form_shows_what_is_left_out():
    filters = criterion("c.filters=F150W&not.filters=1", "filters")
    assert (filters.negated, filters.text, filters.is_used) == (True, "F150W", True)
    name = criterion("c.target_name=VV*&x.target_name=VV191&x.target_name=VV-191", "target_name")
    assert (name.negated, name.excluded) == (False, "VV191; VV-191")


@pytest.mark.parametrize(
    ("name", "offered"), [("filters", True), ("target_name", True), ("t_min", False), ("mtFlag", False)]
)
def test_what_can_be_left_out(name, offered):
    assert criterion("advanced=1", name).can_be_negated is offered


def test_a_list_of_targets_finds_back_to_the_same_list():
    lines = "m57 r=1m\nmine, 10.5, -20.25, 0.1\n10.68 41.27\n123\t1\t2"
    address = urlencode({"collection": "targets", "targets": lines, "radius": "30s", "c.filters": "F150W"})
    asked = parse_target_list(question(address))
    assert [entry.label for entry in asked.entries] == ["m57", "mine", "10.68 41.27", "123"]
    again = question(params_of(asked.as_json()))
    assert parse_target_list(again).fingerprint() == asked.fingerprint()


def test_lists_are_offered_a_radius_and_keep_theirs():
    assert form_of(QueryDict("collection=targets")).radius == "1m"
    assert form_of(QueryDict("collection=targets&targets=m57&radius=")).radius == ""
