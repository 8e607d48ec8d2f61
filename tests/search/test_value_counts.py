"""How many rows of a question have each value of the fields with choices: one request, whatever is opened."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal.search import lookups, results
from mastportal.search.models import Lookup
from tests.archive import Sandbox
from tests.search.make import KEYWORDS, PROGRAMME, answered, questions

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}


def counted(question: dict[str, Any]) -> dict[str, Any]:
    lookup, must_queue = lookups.want_values(question)
    if must_queue:
        lookups.answer(lookup.pk)
        lookup.refresh_from_db()
    assert lookup.answer is not None, lookup.error
    return lookup.answer


@pytest.mark.parametrize(
    ("question", "column"),
    [
        (PROGRAMME, "instrument_name"),
        (PROGRAMME, "calib_level"),
        (PROGRAMME | {"criteria": {"filters": {"not": ["F1*"]}}}, "calib_level"),
        (PROGRAMME | {"criteria": {"instrument_name": ["NIRCAM", "MIRI"]}}, "calib_level"),
        (KEYWORDS, "exp_type"),
    ],
)
def test_the_counts_are_those_of_the_rows(sandbox: Sandbox, alice: User, question, column) -> None:
    search = answered(question, alice)
    values = results.open_table(search.current.pk).table[column].to_pylist()
    told = counted(question)["columns"][column]
    assert told == {str(value): values.count(value) for value in set(values) if value is not None}


def test_one_request_for_all_fields_and_none_when_repeated(sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    counted(PROGRAMME)
    counted({"collection": "programs", "programs": "jw01176"})
    assert questions(sandbox.log(mark)) == ["Mast.Caom.Filtered"]


def test_too_many_rows_are_said_not_fetched(sandbox: Sandbox, web: Client, settings) -> None:
    settings.VALUE_ROWS = 2
    assert counted(PROGRAMME)["columns"] is None
    page = web.post(reverse("values"), PROGRAMME, **HTMX).content.decode()
    assert "at most 2 rows" in page


def test_the_panel_asks_polls_and_is_told(sandbox: Sandbox, web: Client) -> None:
    first = web.post(reverse("values"), PROGRAMME, **HTMX).content.decode()
    assert "Counting values" in first
    lookup = Lookup.objects.get(kind="values")
    again = reverse("values-again", args=[lookup.pk])
    assert web.get(again, **HTMX).status_code == 204
    lookups.answer(lookup.pk)
    assert 'data-column="calib_level" value="3"' in web.get(again, **HTMX).content.decode()


def test_without_script_the_counts_stand_at_the_choices(sandbox: Sandbox, web: Client) -> None:
    told = counted(PROGRAMME)["columns"]["calib_level"]
    page = web.post(reverse("values"), PROGRAMME | {"advanced": "1"})
    criteria = {each.field.name: each for group in page.context["form"].groups for each in group.criteria}
    assert {each.value: each.count for each in criteria["calib_level"].options if each.count} == told


def test_a_mistake_is_a_sentence(web: Client) -> None:
    page = web.post(reverse("values"), {"collection": "observations", "target": "m57 r=-1"}, **HTMX)
    assert "The radius must be greater than zero" in page.content.decode()


def test_what_was_filled_in_stays_when_the_instrument_changes(web: Client) -> None:
    fields = {"collection": "jwst-keywords", "instrument": "niriss", "advanced": "1", "c.program": "1176"}
    fields |= {"c.targprop": "<b>", "not.targprop": "1", "min.effexptm": "5", "c.band": "SHORT"}
    form = web.post(reverse("search"), fields, **HTMX).context["form"]
    criteria = {each.field.name: each for group in form.groups for each in group.criteria}
    assert (criteria["program"].text, criteria["effexptm"].low) == ("1176", "5")
    assert (criteria["targprop"].text, criteria["targprop"].negated) == ("<b>", True)
    assert "band" not in criteria
