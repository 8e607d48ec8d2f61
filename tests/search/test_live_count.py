"""The count below the criteria: each question asked once, mistakes at their fields, values left out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal.search import lookups
from mastportal.search.models import Lookup
from tests.archive import Sandbox
from tests.search.make import answered, questions

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}
VV191 = {"collection": "programs", "programs": "1176"}


@pytest.fixture
def post(web: Client) -> Callable[..., str]:
    def send(**fields: Any) -> str:
        return web.post(reverse("count"), fields, **HTMX).content.decode()

    return send


def answer_all() -> None:
    """What the workers would do."""
    for pk in Lookup.objects.filter(phase="QUEUED").values_list("pk", flat=True):
        lookups.answer(pk)


def numbers(page: str) -> list[str]:
    return re.findall(r"<strong[^>]*>(.*?)</strong>", page)


def counted(question: dict[str, Any]) -> dict[str, Any]:
    lookup, must_queue = lookups.want_count(question)
    if must_queue:
        lookups.answer(lookup.pk)
        lookup.refresh_from_db()
    assert lookup.answer is not None, lookup.error
    return lookup.answer


def test_each_distinct_question_is_asked_once(post: Callable[..., str], sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    for typed in ("1", "11", "117", "1176", "117", "1176", "jw01176"):
        post(collection="programs", programs=typed)
        answer_all()
    assert questions(sandbox.log(mark)) == ["Mast.Caom.Filtered"] * 4
    mark = sandbox.mark()
    assert numbers(post(collection="programs", programs="1176"))[0].endswith("observations match")
    assert sandbox.log(mark) == []


def test_two_people_asking_at_once_are_one_question(
    post: Callable[..., str], bob: User, sandbox: Sandbox
) -> None:
    other, mark = Client(), sandbox.mark()
    other.force_login(bob)
    mine = post(**VV191)
    theirs = other.post(reverse("count"), VV191, **HTMX).content.decode()
    assert "Counting" in mine
    assert mine == theirs
    answer_all()
    assert questions(sandbox.log(mark)) == ["Mast.Caom.Filtered"]


def test_while_counting_the_last_number_stays(post: Callable[..., str]) -> None:
    page = post(**VV191)
    assert "count-number" not in page
    answer_all()
    assert 'id="count-number" hx-swap-oob' in post(**VV191)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"target": "m57 r=-1"}, "target"),
        ({"target": "m57", "min.t_min": "yesterday"}, "t_min"),
        ({"target": "m57", "c.target_name": "a*;b*"}, "target_name"),
        ({"target": "m57", "c.target_name": "a*;b*", "not.target_name": "1"}, "target_name"),
        ({"target": "m57", "c.nonsense": "<script>"}, "nonsense"),
    ],
)
def test_a_mistake_is_one_sentence_at_its_field(post: Callable[..., str], fields, field) -> None:
    page = post(collection="observations", **fields)
    assert f'data-mistake="{field}"' in page
    assert "<script>" not in page
    assert not Lookup.objects.exists()


def test_a_name_nobody_knows_is_a_mistake_at_the_target(post: Callable[..., str], sandbox: Sandbox) -> None:
    fields = {"collection": "observations", "target": "no such thing"}
    post(**fields)
    answer_all()
    lookup = Lookup.objects.get(kind="count")
    url = reverse("counted", args=[lookup.pk])
    client = Client()
    client.force_login(User.objects.get())
    assert 'data-mistake="target"' in client.get(url, **HTMX).content.decode()


def test_without_script_the_count_stands_on_the_whole_page(web: Client, sandbox: Sandbox) -> None:
    counted(VV191 | {"criteria": {"filters": {"not": ["F150W"]}}})
    page = web.post(reverse("count"), {**VV191, "c.filters": "F150W", "not.filters": "1"}).content.decode()
    assert "observations match" in page
    assert re.search(r'name="not.filters" value="1" checked', page)


UNWANTED = [
    {"filters": {"not": ["F150W"]}},
    {"filters": {"not": ["F1*"]}, "target_name": {"not": ["VV*"]}},
    {"filters": {"not": ["F150W"]}, "instrument_name": {"not": ["MIRI"]}, "calib_level": {"not": [2]}},
    {"filters": {"values": ["F150W", "F200W"], "not": ["F200W"]}},
]


@pytest.mark.parametrize("criteria", UNWANTED)
def test_the_count_is_what_stays(sandbox: Sandbox, alice: User, criteria: dict[str, Any]) -> None:
    everything = answered(VV191, alice)
    asked = VV191 | {"criteria": criteria}
    told = counted(asked)
    search = answered(asked, alice)
    assert told == {"count": search.current.row_count}
    assert 0 < search.current.row_count < everything.current.row_count


def test_more_than_three_columns_are_said_to_be_at_most(post: Callable[..., str], sandbox: Sandbox) -> None:
    columns = ("filters", "target_name", "proposal_pi", "obs_collection")
    criteria = {column: {"not": ["nothing of this name"]} for column in columns}
    assert counted(VV191 | {"criteria": criteria})["at_most"] is True
    fields = VV191 | {f"c.{column}": "nothing of this name" for column in columns}
    page = post(**fields, **{f"not.{column}": "1" for column in columns})
    assert numbers(page)[0].startswith("at most ")
