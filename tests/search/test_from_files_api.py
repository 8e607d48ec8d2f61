"""From files to Observations over REST and by the page's forms: what is asked, refused and shown."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from mastportal.search import results
from mastportal.search.models import ResultSet, Search
from mastportal.search.opened import tables
from tests.archive import Sandbox
from tests.search.make import FEW_FILES, PROGRAMME, answered, latest

SEARCHES = "/api/v1/searches"


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


@pytest.fixture
def files(sandbox: Sandbox, alice: User) -> Search:
    return answered(FEW_FILES, alice)


def uri_of(search: Search) -> str:
    return str(results.open_table(search.current.pk).table["dataURI"][0].as_py())


def test_one_call_asks_and_its_rows_are_a_normal_result(api: APIClient, files: Search) -> None:
    asked = api.post(SEARCHES, {"from_search": str(files.pk), "filters": "min.expstart=1"}, format="json")
    assert asked.status_code == 202
    told = asked.json()
    assert (told["collection"], told["criteria"]["from_search"]) == ("observations", str(files.pk))
    assert told["query"].startswith("Observations that the ")
    results.run(latest(Search.objects.get(pk=told["id"])).pk)
    done = api.get(asked.headers["Location"]).json()
    assert (done["phase"], done["understood"]["files"]["nowhere"]) == ("COMPLETED", 0)
    rows = api.get(f"{SEARCHES}/{told['id']}/rows").json()
    assert rows["total"] == done["row_count"] > 0
    assert {"obsid", "s_region", "files_matched", "belongs_as"} <= {each["name"] for each in rows["columns"]}
    facets = api.get(f"{SEARCHES}/{told['id']}/facets?facets=belongs_as").json()["facets"][0]
    assert sum(each["count"] for each in facets["values"]) == rows["total"]
    again = api.post(SEARCHES, told["criteria"], format="json")
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    basket = api.post("/api/v1/baskets", {"name": "of files"}, format="json").json()["id"]
    added = api.post(
        f"/api/v1/baskets/{basket}/observations", {"search": told["id"], "filters": ""}, format="json"
    )
    assert added.json()["added"] == rows["total"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"target": "m57"}, "target"),
        ({"collection": "programs"}, "collection"),
        ({"filters": 7}, "filters"),
        ({"filters": "f.no_such=1"}, None),
        ({"filters": "f.program=99999"}, "filters"),
        ({"dataURI": []}, "dataURI"),
        ({"dataURI": "mast:JWST/product/x.fits"}, "dataURI"),
        ({"dataURI": [None]}, "dataURI"),
        ({"dataURI": ["<script>alert(1)</script>"]}, "dataURI"),
        ({"dataURI": ["mast:JWST/product/\x00'; DROP TABLE"]}, "dataURI"),
        ({"result": str(uuid4())}, "result"),
        ({"result": "1"}, "result"),
    ],
)
def test_a_mistaken_question_is_refused_in_one_sentence(
    api: APIClient, files: Search, more: dict[str, object], field: str | None
) -> None:
    answer = api.post(SEARCHES, {"from_search": str(files.pk)} | more, format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "bad_question")
    assert field is None or error["field"] == field
    assert len(error["message"]) < 300
    assert not Search.objects.exclude(pk=files.pk).exists()


def test_no_such_search_and_one_of_another_kind(api: APIClient, alice: User, sandbox: Sandbox) -> None:
    for name, status in ((str(uuid4()), 404), ("nonsense", 400), (None, 400), ([1], 400), ("\x00", 400)):
        assert api.post(SEARCHES, {"from_search": name}, format="json").status_code == status
    observations = answered(PROGRAMME, alice)
    answer = api.post(SEARCHES, {"from_search": str(observations.pk)}, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "from_search")


def test_rows_that_are_gone_are_said_to_be(api: APIClient, files: Search, alice: User) -> None:
    question = api.post(SEARCHES, {"from_search": str(files.pk)}, format="json").json()
    ResultSet.objects.filter(search=files).update(rows_removed_at=timezone.now())
    tables.clear()
    answer = api.post(SEARCHES, {"from_search": str(files.pk)}, format="json")
    assert answer.json()["error"]["code"] == "expired"
    search = Search.objects.get(pk=question["id"])
    results.run(latest(search).pk)
    assert "not kept any more" in latest(search).error


def test_a_count_is_not_to_be_had_beforehand(api: APIClient, files: Search) -> None:
    answer = api.post(f"{SEARCHES}/count", {"from_search": str(files.pk)}, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "from_search")


def test_the_page_asks_by_plain_forms_and_leads_back(web: Client, files: Search) -> None:
    page = web.get(reverse("result", args=[files.pk])).content.decode()
    action = reverse("result-observations", args=[files.pk])
    assert f'formaction="{action}"' in page
    assert "Show the Observations these" in page
    sent = {"result": str(files.current.pk), "filters": ""}
    address = web.post(action, sent).headers["Location"]
    search = Search.objects.get(criteria__from_search=str(files.pk))
    assert address == reverse("result", args=[search.pk])
    results.run(latest(search).pk)
    shown = web.get(address).content.decode()
    assert f"{reverse('result', args=[files.pk])}?result={files.current.pk}" in shown
    assert re.search(r"belongs? to the observations below", shown)
    assert "Show the Observations these" not in shown


def test_ticked_files_alone_are_asked_about(web: Client, files: Search) -> None:
    action = reverse("result-observations", args=[files.pk])
    web.post(action, {"result": str(files.current.pk), "dataURI": uri_of(files)})
    search = Search.objects.get(criteria__from_search=str(files.pk))
    assert search.criteria["dataURI"] == [uri_of(files)]
    assert search.words.startswith("Observations that the one file of ")


def test_nothing_ticked_or_a_foreign_search_is_told(web: Client, files: Search) -> None:
    action = reverse("result-observations", args=[files.pk])
    answer = web.post(action, {"result": str(files.current.pk)}, follow=True)
    assert "one or more" in answer.content.decode()
    assert web.post(reverse("result-observations", args=[uuid4()]), {"filters": ""}).status_code == 404
    assert web.get(action).status_code == 405


def test_what_could_not_be_placed_or_proven_is_told_harmlessly(web: Client, files: Search) -> None:
    hostile = "<img src=x onerror=alert(1)>" + "x" * 100_000
    told = {"found": 3, "nowhere": 60, "nowhere_named": [hostile] * 50}
    told |= {"unproven": 1, "unproven_named": {hostile: "The archive was silent."}}
    ResultSet.objects.filter(pk=files.current.pk).update(understood={"files": told})
    page = web.get(reverse("result", args=[files.pk])).content.decode()
    assert "60 files were found in no observation" in page
    assert "1 product list could not be had" in page
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert len(page) < 400_000
