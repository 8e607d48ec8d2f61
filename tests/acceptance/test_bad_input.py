"""What cannot be answered is said in one plain sentence, by the API and on the page, and nothing is lost."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from mastportal.mast.identifiers import MAX_IDS
from mastportal.search.models import Search
from tests.acceptance.journey import ROOT, Journey
from tests.acceptance.saying import check_page, in_page, refused
from tests.archive import Sandbox
from tests.search.make import M57

pytestmark = pytest.mark.usefixtures("no_traceback")
FORM = "application/x-www-form-urlencoded"
CRITERIA: dict[str, Any] = {"collection": "observations", "criteria": {"instrument_nam": ["NIRCAM"]}}
TARGETS = [
    ("", "for example"),
    ("???", "neither a name nor a position"),
    ("10:99:00 +20:00:00", "minutes"),
    ("10.5", "right ascension first"),
    ("10 95", "Declination"),
    ("-10.5 +20", "negative"),
    ("-1h2m3s +10d2m3s", "negative"),
    ("m57 r=-1", "greater than zero"),
    ("m57 r=far", "radius"),
    ("m57 r=31", "at most 30"),
]
PROGRAMMES = [("", "for example"), ("1176, abc", "abc"), ("-5", "-5"), ("0", "0"), ("999999", "999999")]
QUESTIONS = [
    *(({"collection": "observations", "target": text}, "target", words) for text, words in TARGETS),
    *(({"collection": "programs", "programs": text}, "programs", words) for text, words in PROGRAMMES),
    (CRITERIA, "criteria.instrument_nam", "instrument_name"),
]


def as_form(question: dict[str, Any]) -> dict[str, Any]:
    """A question as the search panel sends it."""
    criteria = question.get("criteria", {})
    return {name: value for name, value in question.items() if name != "criteria"} | {
        f"c.{column}": values for column, values in criteria.items()
    }


@pytest.mark.parametrize(("question", "field", "words"), QUESTIONS)
def test_a_question_that_is_none(api: APIClient, question: dict[str, Any], field: str, words: str) -> None:
    error = refused(api.post(f"{ROOT}/searches", question, format="json"), 400)
    assert (error["code"], error["field"]) == ("bad_question", field)
    assert words in error["message"]
    assert refused(api.post(f"{ROOT}/searches/count", question, format="json"), 400) == error
    page = api.post("/search/ask", urlencode(as_form(question), doseq=True), content_type=FORM)
    assert page.status_code == 422
    assert in_page(page, error["message"])
    assert not Search.objects.exists()


@pytest.mark.parametrize("target", ["???", "-10.5 +20", "m57 r=-1", ""])
def test_a_position_that_is_none(api: APIClient, target: str) -> None:
    error = refused(api.get(f"{ROOT}/resolve?{urlencode({'target': target})}"), 400)
    assert error["field"] == "target"


def test_what_was_typed_stays_in_the_panel(api: APIClient) -> None:
    page = api.get("/search/ask?collection=observations&target=m57+r%3D-1")
    assert page.status_code == 422
    assert in_page(page, 'value="m57 r=-1"')


@pytest.mark.parametrize("count", [10_000, 10_001])
def test_a_list_of_too_many_ids(api: APIClient, sandbox: Sandbox, count: int) -> None:
    ids, since = [f"jw01073001001_02101_{n:05d}_nrca1" for n in range(count)], sandbox.mark()
    error = refused(api.post(f"{ROOT}/searches", {"collection": "ids", "ids": ids}, format="json"), 400)
    assert error["field"] == "ids"
    assert f"{MAX_IDS:,}" in error["message"]
    assert f"{count:,}" in error["message"]
    page = api.post("/search/ask", {"collection": "ids", "ids": "\n".join(ids)}, format="multipart")
    assert page.status_code == 422
    assert in_page(page, error["message"])
    assert not Search.objects.exists()
    assert sandbox.log(since) == []


def test_long_lists_are_not_sent_in_an_address(api: APIClient) -> None:
    """A web server takes a few thousand bytes of one."""
    panel = api.get("/?collection=ids").content.decode()
    assert re.search(r'<form method="post" action="/search/ask"', panel)
    elsewhere = re.findall(r'<button[^>]*formaction="/"[^>]*>', panel)
    assert elsewhere
    assert all('formmethod="post"' in button for button in elsewhere)
    ids = "\n".join(f"jw01073001001_02101_{n:05d}_nrca1" for n in range(MAX_IDS))
    again = api.post("/", {"collection": "ids", "ids": ids, "advanced": "1"}, format="multipart")
    assert again.status_code == 200
    assert in_page(again, "jw01073001001_02101_04999_nrca1")


def test_as_many_ids_as_may_be(journey: Journey) -> None:
    names = [row["obs_id"] for row in journey.rows(journey.search(collection="programs", programs="1073"))]
    strangers = [f"jw09999001001_02101_{n:05d}_nrca1" for n in range(MAX_IDS - len(names))]
    search = journey.search(collection="ids", ids=[*names, *strangers])
    assert search["row_count"] == len(names)
    page = journey.api.get(f"/results/{search['id']}/")
    assert page.status_code == 200


def test_an_unknown_name(journey: Journey) -> None:
    search = journey.search(collection="observations", target="nosuchthing 42 r=1m")
    assert (search["phase"], search["error_code"]) == ("ERROR", "not_found")
    assert "nosuchthing 42" in search["error"]
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 404)
    assert (error["code"], error["message"]) == ("not_found", search["error"])
    check_page(journey, search, search["error"])
    looked_up = refused(journey.api.get(f"{ROOT}/resolve?target=nosuchthing+42"), 404)
    assert looked_up["message"] == search["error"]


UNKNOWN = ["f.target_nam=x", "sort=-target_nam", "columns=obs_id,target_nam", "min.target_nam=1"]


@pytest.mark.parametrize("query", [*UNKNOWN, "facets=target_nam"])
def test_an_unknown_column_of_a_table(journey: Journey, query: str) -> None:
    search = journey.search(**M57)
    part = "facets" if query.startswith("facets") else "rows"
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/{part}?{query}"), 400)
    assert error["field"] == query.partition("=")[0]
    assert "target_nam”" in error["message"]
    assert "target_name" in error["message"]
    page = journey.api.get(f"/results/{search['id']}/?{query}")
    assert page.status_code == 400
    assert in_page(page, error["message"])
