"""Requests as they are read."""

from urllib.parse import quote

import pytest

from mastportal.sandbox.wire import Request

FORM = {"content-type": "application/x-www-form-urlencoded"}
QUESTION = '{"service": "Mast.Caom.Filtered", "params": {"filters": [{"freeText": "100%&+=é"}]}}'


@pytest.mark.parametrize("body", ["request=" + quote(QUESTION), "request=" + QUESTION])
def test_a_question_escaped_or_not(body: str) -> None:
    question = Request("POST", "/api/v0/invoke", FORM, body.encode()).question
    assert question["params"] == {"filters": [{"freeText": "100%&+=é"}]}


def test_a_question_in_the_address() -> None:
    assert Request("GET", "/api/v0/invoke?request=" + quote(QUESTION), {}).question["service"]


@pytest.mark.parametrize("body", [b"", b"request=", b"request=[1]", b"request={", b"\xff\xfe"])
def test_no_question(body: bytes) -> None:
    assert Request("POST", "/api/v0/invoke", FORM, body).question == {}


def test_scheme_and_host_of_a_proxy_are_dropped() -> None:
    request = Request("GET", "http://mastresolver.stsci.edu/Santa-war/query?name=M1", {})
    assert (request.path, request.query) == ("/Santa-war/query", "name=M1")


def test_arguments_of_address_and_form_in_order() -> None:
    request = Request("POST", "/x?uri=a", FORM, b"uri=b%3A1&uri=c+d&empty=")
    assert request.all("uri") == ["a", "b:1", "c d"]
    assert request.first("uri") == "a"
    assert (request.first("empty", "d"), request.first("none", "d")) == ("", "d")


def test_a_json_body_is_no_form() -> None:
    request = Request("POST", "/x", {"content-type": "application/json"}, b'{"a": 1}')
    assert request.arguments == []
    assert request.json() == {"a": 1}
