"""Which answers are data, and what a person hears about the others."""

import json

import pytest
import requests

from mastportal.mast.answers import json_object, status_error, table_page
from mastportal.mast.errors import BadQuestion, NotFound, Refused, Unavailable


def answered(body, status=200):
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response


def test_a_complete_page_is_given():
    page = {"status": "COMPLETE", "data": []}
    assert table_page(answered(page)) == page


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadQuestion),
        (401, Refused),
        (403, Refused),
        (404, NotFound),
        (413, BadQuestion),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_status_is_an_error_of_its_kind(status, error):
    assert type(status_error(answered(b"", status))) is error
    with pytest.raises(error):
        json_object(answered({}, status))


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"<html><body>Sign in</body></html>", "a web page"),
        (b'{"status": "COMPL', "something broken"),
        (b"", "something broken"),
        (b"[1, 2]", "not of the kind"),
    ],
)
def test_what_is_not_data_is_unavailable(body, about):
    with pytest.raises(Unavailable, match=about):
        table_page(answered(body))


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("Invalid thing", BadQuestion),
        ("Column 'x' does not exist.", BadQuestion),
        ("Unknown column x", BadQuestion),
        ("Unknown service", Unavailable),
        ("Timeout expired", Unavailable),
        ("Database is down", Unavailable),
        (None, Unavailable),
    ],
)
def test_the_status_error_is_told_apart_by_its_message(message, error):
    with pytest.raises(error, match=r"archive") as caught:
        table_page(answered({"status": "ERROR", "msg": message}))
    assert str(caught.value).endswith(".")
    assert not str(caught.value).endswith("..")


def test_markup_in_a_message_is_left_out():
    with pytest.raises(BadQuestion, match=r"question: Invalid column x\.$"):
        table_page(answered({"status": "ERROR", "msg": "<b>Invalid</b>\n column <i>x</i>"}))
