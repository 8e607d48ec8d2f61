"""The REST interface's one error shape, whatever went wrong and whatever was accepted."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework import exceptions
from rest_framework.test import APIClient

from mastportal.api import ApiError, api_error, error_body
from mastportal.mast.errors import ArchiveRests, BadQuestion, NotFound, Refused, TimedOut, Unavailable
from mastportal.tables.filters import BadQuery


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (BadQuestion("No.", field="target"), "bad_question", 400),
        (BadQuery("No.", "f.x"), "bad_question", 400),
        (NotFound("No."), "not_found", 404),
        (Refused("No."), "archive_refused", 502),
        (TimedOut("No."), "archive_timed_out", 503),
        (Unavailable("No."), "archive_unavailable", 503),
        (Http404("No."), "not_found", 404),
        (PermissionDenied("No."), "forbidden", 403),
        (exceptions.NotAuthenticated(), "not_authenticated", 401),
        (exceptions.ParseError(), "parse_error", 400),
        (ApiError("locked", "No.", 409), "locked", 409),
    ],
)
def test_every_error_has_code_and_status(error: Exception, code: str, status: int) -> None:
    shaped = api_error(error)
    assert shaped
    assert (shaped.code, shaped.status) == (code, status)


def test_an_error_names_its_field() -> None:
    shaped = api_error(BadQuestion("A radius cannot be negative.", field="target"))
    assert shaped
    assert error_body(shaped)["error"] == {
        "code": "bad_question",
        "message": "A radius cannot be negative.",
        "field": "target",
    }


def test_a_fault_of_ours_is_not_dressed_as_an_answer() -> None:
    assert api_error(KeyError("x")) is None


@pytest.mark.django_db
def test_unknown_addresses_answer_in_json() -> None:
    answer = Client().get("/api/v1/nothing", HTTP_ACCEPT="text/html")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.django_db
def test_strangers_are_told_how_to_come_in() -> None:
    answer = Client().get("/api/v1/me", HTTP_ACCEPT="text/html")
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
    assert set(answer.json()["error"]) == {"code", "message"}


def test_broken_json_is_the_askers_fault(api: APIClient) -> None:
    answer = api.post("/api/v1/searches", data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "parse_error"


def test_the_schema_is_served(api: APIClient) -> None:
    schema = api.get("/api/v1/schema/?format=json").json()
    assert schema["openapi"].startswith("3.")
    assert "/api/v1/searches" in schema["paths"]


def test_the_schema_can_be_browsed(api: APIClient) -> None:
    assert api.get("/api/v1/schema/browse/").status_code == 200


def test_an_archive_that_is_left_alone_says_when_to_come_back() -> None:
    told = api_error(ArchiveRests("It rests.", 4.2))
    assert told
    assert (told.status, told.headers) == (503, {"Retry-After": "5"})
