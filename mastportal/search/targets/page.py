"""Owns what the page of a target list shows. Knows no requests; asks nobody."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from mastportal.mast.column_filters import ColumnFilter
from mastportal.mast.criteria import parse_criteria
from mastportal.mast.question import Question
from mastportal.mast.wording import sentence
from mastportal.search.form_address import params_of
from mastportal.search.models import Lookup
from mastportal.search.panel import LONGEST_ADDRESS
from mastportal.search.targets import lists

MOST_CORRECTED = 200  # lines that are offered to be written anew; the others are left out


def list_context(lookup: Lookup) -> dict[str, Any]:
    """A list with what each line was understood as, or that it is being looked up, or why it was not."""
    context: dict[str, Any] = {"lookup": lookup, "count": len(lookup.question["targets"])}
    if lookup.is_unfinished:
        return context
    lines = lists.lines(lookup.question, lookup.answer or {})
    wrong = [line for line in lines if not line.is_understood]
    filters = parse_criteria(lookup.question.get("criteria"))
    return context | {
        "lines": lines,
        "wrong": wrong[:MOST_CORRECTED],
        "wrong_count": len(wrong),
        "repeated_count": sum(line.same_as is not None for line in lines),
        "usable_count": sum(line.is_understood and line.same_as is None for line in lines),
        "criteria": _criteria_words(filters),
        "change_url": _change_url(lookup.question),
    }


def _criteria_words(filters: tuple[ColumnFilter, ...]) -> str:
    whole = sentence(Question("observations", filters=filters))
    return whole.removeprefix("Observations, ") if filters else ""


def _change_url(question: dict[str, Any]) -> str:
    """Back to the panel; a list too long for an address is pasted again."""
    params = params_of(question)
    if len(params) > LONGEST_ADDRESS:
        params = urlencode({"collection": "targets"})
    return f"{reverse('search')}?{params}"
