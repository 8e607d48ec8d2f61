"""Answers of an archive that is unwell, over HTTP: each becomes one sentence and the right kind of error."""

import json

import pytest
import requests

from mastportal.mast.answers import json_object, status_error, table_page
from mastportal.mast.errors import ArchiveError, BadQuestion, NotFound, Refused, Unavailable


def answer(body=b"", status=200, kind="application/json"):
    made = requests.Response()
    made.status_code, made._content = status, body
    made.headers["Content-Type"] = kind
    return made


def page(**parts):
    return answer(json.dumps({"status": "COMPLETE", "msg": "", "data": [], **parts}).encode())


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, BadQuestion, False),
        (401, Refused, False),
        (403, Refused, False),
        (404, NotFound, False),
        (413, BadQuestion, False),
        (429, Unavailable, True),
        (500, Unavailable, True),
        (502, Unavailable, True),
        (503, Unavailable, True),
        (504, Unavailable, True),
        (302, Unavailable, True),
        (418, Unavailable, True),
    ],
)
def test_every_status_is_an_error_of_its_kind(status, kind, retryable):
    error = status_error(answer(b"{}", status))
    assert type(error) is kind
    assert error.retryable is retryable
    assert str(error)[:1].isupper()


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_none(status):
    assert status_error(answer(b"{}", status)) is None


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "a web page"),
        (b"\n\n<HTML><head>", "a web page"),
        (b"", "something broken"),
        (b'{"status": "COMPLETE", "data": [{"obsid": 1', "something broken"),
        (b"\xff\xfe\x00", "something broken"),
        (b"upstream timed out", "something broken"),
    ],
)
def test_what_is_no_json_is_named(body, about):
    with pytest.raises(Unavailable, match=about):
        json_object(answer(body))


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b"true"])
def test_json_of_another_kind_is_unavailable(body):
    with pytest.raises(Unavailable, match="not of the kind"):
        json_object(answer(body))


def test_an_error_status_counts_before_the_body():
    with pytest.raises(Refused):
        json_object(answer(b'{"status": "COMPLETE"}', 403))


def test_a_complete_page_is_handed_on():
    assert table_page(page(data=[{"a": 1}]))["data"] == [{"a": 1}]


@pytest.mark.parametrize(
    "message",
    [
        "Invalid column name 'nope'.",
        "Unknown column x",
        "The parameter radius is not valid",
        "Incorrect syntax near ','",
        "No such column",
    ],
)
def test_messages_about_the_question_are_the_persons(message):
    with pytest.raises(BadQuestion, match="does not accept") as caught:
        table_page(page(status="ERROR", msg=message))
    assert caught.value.field == "criteria"


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Timeout expired",
        "Unknown service 'Mast.Caom.Filtered'",
        "Cannot connect to the database",
        None,
        5,
        ["x"],
    ],
)
def test_all_other_messages_are_the_archives(message):
    with pytest.raises(Unavailable, match="could not answer"):
        table_page(page(status="ERROR", msg=message))


@pytest.mark.parametrize("status", ["ERROR", "EXECUTING", "", None, "complete ", 0])
def test_only_complete_is_complete(status):
    with pytest.raises(ArchiveError):
        table_page(page(status=status))


def test_markup_in_a_message_does_not_reach_people():
    with pytest.raises(Unavailable) as caught:
        table_page(page(status="ERROR", msg="<b>Server</b>   is <script>alert(1)</script>\n busy."))
    assert "<" not in str(caught.value)
    assert str(caught.value).endswith("busy.")


def test_a_long_message_is_cut():
    with pytest.raises(Unavailable) as caught:
        table_page(page(status="ERROR", msg="busy " * 1000))
    assert len(str(caught.value)) < 300
