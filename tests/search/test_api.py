"""The REST door to searches, as the contract has it; the worker's part is done in this process."""

import uuid

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from mastportal.search import results, tasks
from mastportal.search.models import ResultSet, Search
from tests.people import client_of
from tests.search.make import PROGRAMME, SEARCHES, error

pytestmark = pytest.mark.usefixtures("nothing_open")
FIELDS = {"id", "result", "phase", "collection", "criteria", "query", "row_count", "fetched_at", "expires_at"}
FIELDS |= {"cached", "archive", "error"}


def test_a_new_question_is_accepted(api: APIClient) -> None:
    response = api.post(SEARCHES, PROGRAMME, format="json")
    body = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"{SEARCHES}/{body['id']}"
    assert (body["phase"], body["cached"], body["collection"]) == ("QUEUED", False, "programs")
    assert set(body) >= FIELDS
    assert "1176" in body["query"]


def test_an_answered_question_is_answered_at_once(api: APIClient, programme: str) -> None:
    response = api.post(SEARCHES, PROGRAMME, format="json")
    assert response.status_code == 200
    assert response.json()["cached"] is True


def test_a_refresh_is_accepted(api: APIClient, programme: str) -> None:
    response = api.post(SEARCHES, PROGRAMME | {"refresh": True}, format="json")
    body = response.json()
    assert (response.status_code, body["phase"]) == (202, "QUEUED")
    assert body["under_way"]["result"] != body["result"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"collection": "observations", "target": "m57 r=-1"}, "target"),
        ({"collection": "observations", "target": "10 -95"}, "target"),
        ({"collection": "programs", "programs": ""}, "programs"),
        ({"collection": "programs", "programs": "9" * 30}, "programs"),
        ({"collection": "everything"}, "collection"),
        ({"collection": "jwst-keywords", "from_search": str(uuid.uuid4())}, "collection"),
        ({"collection": "jwst-keywords", "instrument": "wfpc2"}, "instrument"),
    ],
)
def test_a_bad_question_names_its_field(api: APIClient, body: dict, field: str) -> None:
    response = api.post(SEARCHES, body, format="json")
    assert response.status_code == 400
    assert error(response)["field"] == field
    assert error(response)["message"].endswith(".")


@pytest.mark.parametrize(("how_many", "status"), [(5_000, 202), (10_000, 400)])
def test_long_lists_of_ids_are_taken_or_refused_whole(api: APIClient, how_many: int, status: int) -> None:
    ids = [f"jw01176-o{n:05d}_t001_nircam_f277w" for n in range(how_many)]
    response = api.post(SEARCHES, {"collection": "ids", "ids": ids}, format="json")
    assert response.status_code == status
    assert len(response.json()["query"] if status == 202 else error(response)["message"]) < 500


@pytest.mark.parametrize("body", ["[]", '"m57"', "{", ""])
def test_a_body_that_is_no_object_is_refused(api: APIClient, body: str) -> None:
    response = api.post(SEARCHES, body, content_type="application/json")
    assert response.status_code == 400
    assert error(response)["message"]


def test_a_search_is_readable_by_every_signed_in_person(programme: str, charlie: User, bob: User) -> None:
    assert client_of(charlie).get(programme).json()["phase"] == "COMPLETED"
    assert client_of(bob).get(f"{programme}/rows").status_code == 200


@pytest.mark.parametrize("tail", ["", "/rows", "/facets", "/export"])
def test_nobody_else_reads_it(programme: str, tail: str) -> None:
    response = APIClient().get(programme + tail)
    assert response.status_code in {401, 403}
    assert error(response)["code"]


def test_a_persons_own_searches_newest_first(api: APIClient, programme: str, charlie: User) -> None:
    api.post(SEARCHES, {"collection": "programs", "programs": "1073"}, format="json")
    body = api.get(SEARCHES).json()
    assert [found["criteria"]["programs"] for found in body["results"]] == [["1073"], ["1176"]]
    assert client_of(charlie).get(SEARCHES).json()["results"] == []


def test_listing_searches_takes_few_statements(api, programme: str, django_assert_max_num_queries) -> None:
    for number in range(1073, 1083):
        api.post(SEARCHES, {"collection": "programs", "programs": str(number)}, format="json")
    with django_assert_max_num_queries(4):
        assert api.get(SEARCHES).json()["total"] == 11


def test_an_unknown_search_is_not_found(api: APIClient) -> None:
    response = api.get(f"{SEARCHES}/{uuid.uuid4()}")
    assert (response.status_code, error(response)["code"]) == (404, "not_found")


def test_a_stale_answer_is_served_while_the_archive_is_down(api, programme, sandbox, alice, settings) -> None:
    settings.RESULT_TTL_S = 0
    sandbox.faults({"match": "invoke", "times": 99, "fault": "status", "status": 503})
    first = api.post(SEARCHES, PROGRAMME, format="json")
    assert first.status_code == 202
    results.run(ResultSet.objects.get(pk=first.json()["under_way"]["result"]).pk)
    body = api.post(SEARCHES, PROGRAMME, format="json").json()
    assert (body["phase"], body["cached"], body["error_code"]) == ("COMPLETED", True, "archive_unavailable")
    assert api.get(f"{programme}/rows").status_code == 200


def test_a_position_is_answered_without_the_archive(api: APIClient) -> None:
    body = api.get("/api/v1/resolve", {"target": "10.5 -20.25 r=1m"}).json()
    assert (body["ra_deg"], body["dec_deg"], body["name"]) == (10.5, -20.25, None)


@pytest.mark.parametrize("target", ["", "r=1m", "370 10"])
def test_a_target_that_is_none_is_refused(api: APIClient, target: str) -> None:
    response = api.get("/api/v1/resolve", {"target": target})
    assert (response.status_code, error(response)["field"]) == (400, "target")


def test_a_sweep_queues_and_removes(alice: User, settings) -> None:
    tasks.sweep()
    assert not Search.objects.exists()
