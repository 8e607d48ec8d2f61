"""Owns what the search panel and the list of searches show. Knows no requests; asks nobody."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import QueryDict

from mastportal.mast.errors import BadQuestion
from mastportal.search.form_address import params_of
from mastportal.search.forms import form_of
from mastportal.search.models import Lookup, Search, SearchUse
from mastportal.work import Phase

RECENT = 8
SEARCHES_A_PAGE = 50
LONGEST_ADDRESS = 2_000  # web servers refuse longer ones sooner or later
# Each has rows at MAST, in the sandbox's own holdings and in the recorded ones.
RANDOM_TARGETS = (
    "m83 r=6m",
    "ngc 3132 r=2m",
    "trappist-1 r=30s",
    "ngc 346 r=3m",
    "ngc 1068 r=2m",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question to begin with, as written and what it shows."""

    text: str
    query: str
    words: str


EXAMPLES = (
    Example("m57 r=1m", "collection=observations&target=m57+r%3D1m", "a name, and a radius of one arcminute"),
    Example(
        "18 53 35.08 +33 01 45.03 r=0.02",
        "collection=observations&target=18+53+35.08+%2B33+01+45.03+r%3D0.02",
        "sexagesimal, and a radius in degrees",
    ),
    Example(
        "283.396 33.029 r=30s",
        "collection=observations&target=283.396+33.029+r%3D30s",
        "degrees, and a radius of 30 arcseconds",
    ),
    Example("1176, 1073", "collection=programs&programs=1176%2C+1073", "two programmes"),
    Example(
        "NIRISS, exp_type NIS_WFSS",
        "collection=jwst-keywords&instrument=niriss&c.exp_type=NIS_WFSS",
        "files by instrument keyword",
    ),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the line below the criteria says: how many rows match, why not, or that it is being asked."""

    words: str = ""
    mistake: str = ""
    field: str = ""
    waiting_for: Lookup | None = None


def counted(lookup: Lookup, collection: str) -> Counted:
    """The line for a count; an archive's error is about the target where it could not be found."""
    if lookup.is_unfinished:
        return Counted(waiting_for=lookup)
    if lookup.phase != Phase.COMPLETED or lookup.answer is None:
        return Counted(mistake=lookup.error, field="target" if lookup.error_kind == "not_found" else "")
    count = lookup.answer["count"]
    rows = "file" if collection == "jwst-keywords" else "observation"
    bound = "at most " if lookup.answer.get("at_most") else ""
    return Counted(
        words=f"{bound}{count:,} {rows} matches" if count == 1 else f"{bound}{count:,} {rows}s match"
    )


def mistaken(error: BadQuestion) -> Counted:
    """The line for a question that cannot be asked yet."""
    return Counted(mistake=str(error), field=error.field.removeprefix("criteria."))


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """How many rows have which value, by column; or why that is not said, or that it is being asked."""

    columns: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    sentence: str = ""
    waiting_for: Lookup | None = None


def value_counts(lookup: Lookup) -> ValueCounts:
    """What is said of the values of the panel's question; nothing of a column that is itself asked for."""
    if lookup.is_unfinished:
        return ValueCounts(waiting_for=lookup)
    answer = lookup.answer or {}
    if lookup.phase != Phase.COMPLETED:
        return ValueCounts(sentence=lookup.error)
    if answer.get("columns") is None:
        return ValueCounts(sentence=f"Values are counted for at most {answer['most_rows']:,} rows.")
    asked = lookup.question.get("criteria") or {}
    return ValueCounts(
        {name: sorted(each.items()) for name, each in answer["columns"].items() if name not in asked}
    )


def recent_searches(user: User) -> list[SearchUse]:
    return list(SearchUse.objects.filter(user=user).select_related("search")[:RECENT])


def random_target(shown: str) -> str:
    """A target to look at, another than the one shown."""
    return random.choice([each for each in RANDOM_TARGETS if each != shown.strip()])


def panel_context(
    user: User, params: QueryDict, error: BadQuestion | None = None, values: ValueCounts | None = None
) -> dict[str, Any]:
    """The panel with what an address or a mistaken question says; `random` in the address picks a target."""
    if "random" in params:
        params = params.copy()
        params["collection"], params["target"] = "observations", random_target(params.get("target", ""))
    if (again := _asked_before(params.get("of", ""))) is not None:
        params = again
    return {
        "form": form_of(params, error, counts=values.columns if values else {}),
        "recent": recent_searches(user),
        "examples": EXAMPLES,
        "status": 422 if error else 200,
    }


def again_params(search: Search) -> str:
    """The query string that fills the panel in with a question, by its number where it is long itself."""
    params = params_of(search.criteria)
    if len(params) <= LONGEST_ADDRESS or "from_search" in search.criteria:
        return params
    return f"collection={search.collection}&of={search.pk}"


def _asked_before(number: str) -> QueryDict | None:
    """The panel's parameters for a question asked before, None where there is no such."""
    try:
        search = Search.objects.filter(pk=uuid.UUID(number)).first()
    except ValueError:
        return None
    return QueryDict(params_of(search.criteria)) if search else None


def list_context(user: User, number: str) -> dict[str, Any]:
    """A person's searches, newest first."""
    uses = SearchUse.objects.filter(user=user).select_related("search__current", "search__latest")
    page = Paginator(uses, SEARCHES_A_PAGE).get_page(number)
    rows = [(use, f"?{again_params(use.search)}") for use in page.object_list]
    return {"page": page, "rows": rows}
