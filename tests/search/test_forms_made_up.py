"""The panel's form over made-up addresses: nothing is lost on the way to a question and back."""

from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from mastportal.mast.criteria import COLLECTIONS
from mastportal.mast.errors import BadQuestion
from mastportal.search.form_address import PARTS, params_of, question_of
from mastportal.search.forms import LABELS, Criterion, form_of

COLUMNS = ["target_name", "filters", "obs_collection", "proposal_pi"]
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
values = texts.map(lambda text: text.replace(";", "").strip()).filter(bool)
conditions = st.dictionaries(
    st.sampled_from(COLUMNS), st.lists(values, min_size=1, max_size=3, unique=True), max_size=3
)
left_out = st.dictionaries(
    st.sampled_from(["instrument_name", "provenance_name"]),
    st.fixed_dictionaries(
        {"not": st.lists(values, min_size=1, max_size=3, unique=True)},
        optional={"values": st.lists(values, min_size=1, max_size=2, unique=True)},
    ),
    max_size=2,
)
bounds = st.dictionaries(
    st.sampled_from(["t_min", "t_exptime"]),
    st.dictionaries(st.sampled_from(["min", "max"]), values, min_size=1),
    max_size=2,
)
collections = st.sampled_from(list(COLLECTIONS))


def criteria_of(address: str, error: BadQuestion | None = None, **options: bool) -> dict[str, Criterion]:
    groups = form_of(QueryDict(address), error, **options).groups
    return {each.field.name: each for group in groups for each in group.criteria}


@given(collections, values, conditions, bounds, left_out)
def test_a_question_survives_its_address(collection, part, asked, ranges, unwanted):
    question = {"collection": collection, PARTS[collection]: part}
    question |= {"criteria": asked | ranges | unwanted} if asked or ranges or unwanted else {}
    assert question_of(QueryDict(params_of(question))) == question


@given(st.text(max_size=40))
def test_any_address_is_a_question_and_a_form(address):
    params = QueryDict(address)
    assert question_of(params)["collection"] == (params.get("collection") or "observations")
    assert form_of(params).collection in LABELS


@given(conditions, bounds)
def test_a_brief_form_carries_what_the_open_one_shows(asked, ranges):
    address = params_of({"collection": "observations", "target": "m57", "criteria": asked | ranges})
    brief = form_of(QueryDict(address), brief=True)
    assert not brief.groups
    assert sorted(brief.carried) == sorted(
        pair for pair in parse_qsl(address, keep_blank_values=True) if "." in pair[0]
    )


@given(st.lists(values, min_size=1, max_size=4, unique=True))
def test_written_values_stand_in_the_form_as_they_are_asked(written):
    address = urlencode([("c.proposal_pi", value) for value in written])
    text = criteria_of(address)["proposal_pi"].text
    again = question_of(QueryDict(urlencode({"c.proposal_pi": text})))
    assert again["criteria"] == question_of(QueryDict(address))["criteria"]


@pytest.mark.parametrize("collection", list(COLLECTIONS))
def test_each_collection_has_its_own_part_and_no_other(collection):
    address = urlencode({"collection": collection} | {part: f"my {part}" for part in PARTS.values()})
    asked = question_of(QueryDict(address))
    assert asked == {"collection": collection, PARTS[collection]: f"my {PARTS[collection]}"}


@pytest.mark.parametrize("collection", list(LABELS))
def test_one_collection_is_chosen(collection):
    options = form_of(QueryDict(f"collection={collection}")).collections
    assert [option.value for option in options if option.chosen] == [collection]
    assert len({option.label for option in options}) == len(LABELS)


@pytest.mark.parametrize("written", [";", " ; ;", "", "   "])
def test_values_of_nothing_are_no_criterion(written):
    assert "criteria" not in question_of(
        QueryDict(urlencode({"c.filters": written, "min.t_min": written.strip(" ;")}))
    )


@pytest.mark.parametrize(("instrument", "chosen"), [("niriss", "niriss"), ("MIRI", "miri"), ("x", "nircam")])
def test_an_instrument_is_chosen_whatever_its_case(instrument, chosen):
    form = form_of(QueryDict(f"collection=jwst-keywords&instrument={instrument}"))
    assert [option.value for option in form.instruments if option.chosen] == [chosen]
    assert form.is_about_keywords


@pytest.mark.parametrize(
    ("address", "is_long"),
    [("target=m57", False), ("collection=ids", True), ("c.filters=F150W", True), ("advanced=1", True)],
)
def test_long_questions_are_posted(address, is_long):
    assert form_of(QueryDict(address)).is_long is is_long


@pytest.mark.parametrize(
    ("field", "part"), [("target", "target"), ("criteria.t_min", "t_min"), ("criteria", "criteria"), ("", "")]
)
def test_a_mistake_names_its_part_and_opens_the_criteria(field, part):
    form = form_of(QueryDict("target=m57"), BadQuestion("No.", field=field))
    assert (form.error, form.error_field) == ("No.", part)
    assert form.advanced is field.startswith("criteria")


def test_a_mistake_stands_at_one_field_only():
    found = criteria_of("min.t_min=x&min.t_exptime=y", BadQuestion("No.", field="criteria.t_min"))
    assert [name for name, each in found.items() if each.error] == ["t_min"]


def test_only_what_was_asked_is_used():
    found = criteria_of("c.filters=F150W&max.t_exptime=5&c.obs_collection=jwst")
    assert {name for name, each in found.items() if each.is_used} == {
        "filters",
        "t_exptime",
        "obs_collection",
    }
    assert (found["t_exptime"].low, found["t_exptime"].high) == ("", "5")


def test_days_may_be_written_as_dates_and_the_form_says_so():
    found = criteria_of("advanced=1")
    assert found["t_min"].hint == "MJD or date"
    assert "(MJD)" not in found["t_min"].label
