"""The REST door to searches, as the contract has it; the worker's part is done in this process."""

import csv
import io
import json
import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from mastportal.search import results, tasks
from mastportal.search.models import ResultSet, Search
from mastportal.search.opened import tables
from tests.archive import Sandbox
from tests.people import client_of
from tests.search.make import KEYWORDS, PROGRAMME, answered

SEARCHES = "/api/v1/searches"
FIELDS = {"id", "result", "phase", "collection", "criteria", "query", "row_count", "fetched_at", "expires_at"}
FIELDS |= {"cached", "archive", "error"}


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


@pytest.fixture
def programme(sandbox: Sandbox, alice: User) -> str:
    """The address of a search that has been answered."""
    return f"{SEARCHES}/{answered(PROGRAMME, alice).pk}"


def error(response) -> dict:
    return response.json()["error"]


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


def test_rows_of_a_search(api: APIClient, programme: str) -> None:
    body = api.get(f"{programme}/rows?page_size=5&columns=obsid,t_min&sort=-t_min").json()
    assert (body["page"], body["page_size"], len(body["rows"])) == (1, 5, 5)
    assert body["total"] == body["matched"] > 5
    assert [column["name"] for column in body["columns"]] == ["obsid", "t_min"]
    assert all(isinstance(row["obsid"], str) for row in body["rows"])
    starts = [row["t_min"] for row in body["rows"]]
    assert starts == sorted(starts, reverse=True)


def test_rows_take_few_statements(api, programme: str, django_assert_max_num_queries) -> None:
    api.get(f"{programme}/rows")
    with django_assert_max_num_queries(3):  # session, person, search
        api.get(f"{programme}/rows?f.instrument_name=NIRCAM/IMAGE")


def test_facets_count_what_rows_hold(api: APIClient, programme: str) -> None:
    rows = api.get(f"{programme}/rows?page_size=1000").json()["rows"]
    facet = api.get(f"{programme}/facets?facets=target_name").json()["facets"][0]
    spelled = [row["target_name"] for row in rows]
    assert facet["values"]
    assert all(value["count"] == spelled.count(value["value"]) for value in facet["values"])


def test_a_facet_ignores_its_own_filter(api: APIClient, programme: str) -> None:
    free = api.get(f"{programme}/facets?facets=target_name").json()
    rarest = free["facets"][0]["values"][-1]["value"]
    held = api.get(f"{programme}/facets", {"facets": "target_name", "f.target_name": rarest}).json()
    assert held["facets"][0]["values"] == free["facets"][0]["values"]
    assert held["matched"] < free["matched"]


def test_facets_of_all_that_is_shown_when_none_are_named(api: APIClient, programme: str) -> None:
    columns = {facet["column"] for facet in api.get(f"{programme}/facets").json()["facets"]}
    assert {"instrument_name", "filters"} <= columns


@pytest.mark.parametrize(
    "tail", ["rows?f.targt_name=x", "facets?facets=targt_name", "export?sort=targt_name"]
)
def test_an_unknown_column_names_the_nearest(api: APIClient, programme: str, tail: str) -> None:
    response = api.get(f"{programme}/{tail}")
    assert response.status_code == 400
    assert "target_name" in error(response)["message"]


def test_an_export_is_what_matches(api: APIClient, programme: str) -> None:
    response = api.get(f"{programme}/export?format=csv&columns=obsid,calib_level&f.calib_level=3")
    text = b"".join(response.streaming_content).decode()
    rows = list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))
    matched = api.get(f"{programme}/rows?f.calib_level=3").json()["matched"]
    assert len(rows) == matched
    assert {row["calib_level"] for row in rows} == {"3"}
    assert "attachment" in response["Content-Disposition"]


def test_an_unknown_export_format_is_refused(api: APIClient, programme: str) -> None:
    response = api.get(f"{programme}/export?format=docx")
    assert response.status_code == 400
    assert "csv" in error(response)["message"]


def test_json_holds_null_where_there_is_no_number(api: APIClient, sandbox: Sandbox, alice: User) -> None:
    search = answered(KEYWORDS, alice)
    text = api.get(f"{SEARCHES}/{search.pk}/rows?page_size=1000").content.decode()
    assert json.loads(text, parse_constant=pytest.fail)


def test_rows_that_are_not_there_yet(api: APIClient) -> None:
    address = api.post(SEARCHES, PROGRAMME, format="json")["Location"]
    response = api.get(f"{address}/rows")
    assert (response.status_code, error(response)["code"]) == (409, "not_ready")


def test_rows_of_a_failed_question_say_why(api: APIClient, sandbox: Sandbox, alice: User) -> None:
    search = answered({"collection": "observations", "target": "no such thing"}, alice)
    body = api.get(f"{SEARCHES}/{search.pk}").json()
    response = api.get(f"{SEARCHES}/{search.pk}/rows")
    assert (body["phase"], body["error_code"]) == ("ERROR", "not_found")
    assert (response.status_code, error(response)["message"]) == (404, body["error"])


def test_rows_that_expired_say_to_ask_again(api: APIClient, programme: str, settings) -> None:
    settings.RESULT_KEEP_S = 0
    results.expire()
    response = api.get(f"{programme}/rows")
    assert (response.status_code, error(response)["code"]) == (404, "expired")
    assert "ask again" in error(response)["message"]
    assert api.get(programme).json()["row_count"] > 0


def test_rows_that_are_broken_say_to_ask_again(api: APIClient, programme: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_resultchunk SET arrow = 'x'")
    response = api.get(f"{programme}/rows")
    assert (response.status_code, error(response)["code"]) == (409, "broken")
    assert api.post(SEARCHES, PROGRAMME, format="json").status_code == 202


def test_a_pinned_snapshot_stays(api: APIClient, programme: str, alice: User) -> None:
    old = api.get(programme).json()["result"]
    answered(PROGRAMME, alice, refresh=True)
    assert api.get(f"{programme}/rows?result={old}").json()["result"] == old
    assert api.get(f"{programme}/rows").json()["result"] != old


@pytest.mark.parametrize("result", ["rubbish", "0c530cdd-e9c0-4593-adb2-ade216eefe61"])
def test_a_strange_snapshot_is_refused(api: APIClient, programme: str, result: str) -> None:
    response = api.get(f"{programme}/rows?result={result}")
    assert (response.status_code, error(response)["field"]) == (400, "result")


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
