"""Byte streams: ranges as RFC 9110 has them, attachments only, a bounded number at once."""

import gc

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory

from mastportal.files.places import TooManyStreams
from mastportal.files.streaming import Body, stream_response

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture(autouse=True)
def _limits(settings):
    gc.collect()  # streams that other tests never read give their places back
    settings.WEB_THREADS, settings.STREAMS_PER_PERSON = 8, 3


def read(start: int, stop: int):
    for at in range(start, stop, 1000):
        yield CONTENT[at : min(at + 1000, stop)]


BODY = Body("jw01_cal.fits", "application/fits", SIZE, "abc", read)


def ask(method: str = "get", person: int = 0, body: Body = BODY, **headers: str):
    request = getattr(RequestFactory(headers=headers), method)("/")
    request.user = AnonymousUser()
    request.META["REMOTE_ADDR"] = str(person)
    return stream_response(request, body)


def content(response) -> bytes:
    try:
        return response.getvalue()
    finally:
        response.close()


def test_the_whole_body_is_an_attachment_with_a_strong_etag():
    response = ask()
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert response["ETag"] == '"abc"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"] == 'attachment; filename="jw01_cal.fits"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert content(response) == CONTENT


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, SIZE),
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=10000-", 10000, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=-{SIZE + 99}", 0, SIZE),
        (f"bytes=5-{SIZE + 99}", 5, SIZE),
    ],
)
def test_a_range_is_a_part(asked, start, stop):
    response = ask(Range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response["Content-Length"] == str(stop - start)
    assert content(response) == CONTENT[start:stop]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}"])
def test_a_range_past_the_end_is_416_with_the_size(asked):
    response = ask(Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-9", "items=0-5", "bytes=9-5", "bytes=x-", "rubbish", "bytes=-0"]
)
def test_what_is_no_single_range_of_bytes_gets_the_whole(asked):
    response = ask(Range=asked)
    assert response.status_code == 200
    assert content(response) == CONTENT


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"abc"', 206), ('"other"', 200), ('W/"abc"', 200), ("Mon, 23 Nov 2026 10:00:00 GMT", 200)],
)
def test_a_range_holds_only_while_the_body_is_the_same(condition, status):
    response = ask(Range="bytes=5-9", If_Range=condition)
    assert response.status_code == status
    response.close()


def test_head_gives_the_headers_of_the_whole_and_takes_no_place():
    for _ in range(9):
        response = ask("head", Range="bytes=5-9")
        assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))
        assert response.content == b""


def test_a_known_body_is_not_sent_again():
    response = ask(If_None_Match='"x", "abc"')
    assert response.status_code == 304
    assert response["ETag"] == '"abc"'


def test_names_in_every_script_survive():
    body = Body("été ☉.fits", "application/fits", SIZE, "abc", read)
    response = ask("head", body=body)
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%A9t%C3%A9")


def test_one_person_has_so_many_places_and_gets_them_back():
    running = [ask(person=1) for _ in range(3)]
    with pytest.raises(TooManyStreams):
        ask(person=1)
    assert content(ask(person=2)) == CONTENT
    running.pop().close()
    running.append(ask(person=1))
    for response in running:
        response.close()


def test_all_people_leave_a_quarter_of_the_threads_free():
    running = [ask(person=n) for n in range(6)]
    with pytest.raises(TooManyStreams) as caught:
        ask(person=99)
    assert caught.value.retry_after_s > 0
    for response in running:
        response.close()
    assert content(ask(person=99)) == CONTENT


def test_a_stream_that_ends_or_breaks_gives_its_place_back():
    def broken(start: int, stop: int):
        yield b"x"
        raise OSError("gone")

    for _ in range(7):
        assert content(ask(person=1)) == CONTENT
        with pytest.raises(OSError):
            content(ask(person=1, body=Body("x", "y", SIZE, "abc", broken)))
    running = [ask(person=1) for _ in range(3)]
    for response in running:
        response.close()


@pytest.mark.django_db(transaction=True)
def test_the_database_connection_is_given_back_before_the_first_byte():
    connection.ensure_connection()
    response = ask()
    assert connection.connection is None
    assert content(response) == CONTENT


def test_closing_an_unfinished_stream_closes_what_it_reads():
    closed = []

    def watched(start: int, stop: int):
        try:
            yield b"x"
            yield b"y"
        finally:
            closed.append(True)

    response = ask(body=Body("x", "y", 2, "abc", watched))
    next(iter(response))
    response.close()
    assert closed == [True]


def test_an_answer_that_is_dropped_unread_gives_its_place_back():
    for _ in range(9):
        ask(person=1)
        gc.collect()
    assert ask(person=1).status_code == 200
