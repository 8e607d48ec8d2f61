"""The REST door to what a search found: rows, facets, exports and the snapshot they are of."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from mastportal.search import results
from tests.archive import Sandbox
from tests.search.make import KEYWORDS, PROGRAMME, SEARCHES, answered, error

pytestmark = pytest.mark.usefixtures("nothing_open")


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
