"""Ranges of any shape against a plain reading of RFC 9110; conditions; places freed however a stream ends."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from mastportal.files.places import TooManyStreams
from mastportal.files.streaming import Body, stream_response
from tests.files.test_streaming import CONTENT, SIZE, ask, content, read

EDGES = st.sampled_from([0, 1, 999, 1000, 1001, SIZE - 1, SIZE, SIZE + 1, 10 * SIZE]) | st.integers(
    0, 2 * SIZE
)


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.WEB_THREADS, settings.STREAMS_PER_PERSON = 8, 3


@pytest.fixture(scope="session", autouse=True)
def store_dir():
    """No test here touches a store."""


def check(response, start: int, stop: int) -> None:
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response["Content-Length"] == str(stop - start)
    assert content(response) == CONTENT[start:stop]


@given(EDGES, EDGES)
def test_first_and_last(first, last):
    response = ask(Range=f"bytes={first}-{last}")
    if last < first:  # no range at all: ignored
        assert response.status_code == 200
        content(response)
    elif first >= SIZE:
        assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")
    else:
        check(response, first, min(last + 1, SIZE))


@given(EDGES.filter(bool))
def test_the_last_so_many(count):
    check(ask(Range=f"bytes=-{count}"), max(0, SIZE - count), SIZE)


@given(st.text(max_size=20).filter(lambda text: text.isprintable() and text.isascii()))
def test_any_header_gives_the_whole_a_part_or_none(text):
    response = ask(Range=f"bytes={text}")
    assert response.status_code in (200, 206, 416)
    if response.status_code != 416:
        assert len(content(response)) == int(response["Content-Length"])


@pytest.mark.parametrize("told", ['"abc"', 'W/"abc"', '"x", "abc"', "*", ' "abc" ', '"x",W/"abc"'])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_is_known_is_not_sent_again(told, method):
    response = ask(method, If_None_Match=told)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"abc"')


@pytest.mark.parametrize("told", ['"ab"', '"abcd"', "", '"ABC"', '"*"'])
def test_what_is_not_known_is_sent(told):
    response = ask(If_None_Match=told)
    assert response.status_code == 200
    content(response)


def test_what_is_known_counts_before_a_range():
    assert ask(If_None_Match='"abc"', Range="bytes=0-9").status_code == 304


@pytest.mark.parametrize(
    ("told", "status"),
    [('"abc"', 206), ('W/"abc"', 200), ('"old"', 200), ("Mon, 01 Jan 2024 00:00:00 GMT", 200), ("", 206)],
)
def test_a_part_of_what_changed_is_not_mixed_with_the_rest(told, status):
    response = ask(Range="bytes=5-9", If_Range=told)
    assert response.status_code == status
    content(response)


def test_a_head_ignores_ranges_and_has_all_headers():
    response = ask("head", Range="bytes=0-9")
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(SIZE), b"")


def test_an_empty_file_is_sent_and_has_no_range():
    empty = Body("empty.txt", "text/plain", 0, "e", lambda start, stop: iter(()))
    assert content(ask(body=empty)) == b""
    assert ask(body=empty, Range="bytes=0-").status_code == 416


@pytest.mark.parametrize("name", ['a"b.fits', "müll.fits", "a\r\nX-Evil: 1.fits", "../../etc/passwd"])
def test_no_name_breaks_the_header(name):
    body = Body(name, "application/fits", SIZE, "abc", read)
    response = ask("head", body=body)
    assert response["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in response.headers


def full(person: int) -> list:
    return [ask(person=person) for _ in range(3)]


@pytest.mark.parametrize("end", [content, lambda response: response.close()])
def test_a_place_is_free_when_a_stream_ends_or_is_left(end):
    running = full(7)
    with pytest.raises(TooManyStreams):
        ask(person=7)
    end(running.pop())
    content(ask(person=7))
    for response in running:
        response.close()


def test_a_stream_that_breaks_frees_its_place():
    def broken(start: int, stop: int):
        yield b"x"
        raise OSError("gone")

    for _ in range(5):
        response = ask(person=8, body=Body("x", "text/plain", 9, "x", broken))
        with pytest.raises(OSError, match="gone"):
            content(response)


def test_heads_and_refusals_take_no_place():
    running = full(9)
    statuses = [ask("head", 9).status_code, ask(person=9, Range=f"bytes={SIZE}-").status_code]
    statuses.append(ask(person=9, If_None_Match='"abc"').status_code)
    assert statuses == [200, 416, 304]
    for response in running:
        response.close()


def test_one_person_does_not_use_up_anothers_places():
    running = full(10)
    content(ask(person=11))
    for response in running:
        response.close()


def test_a_request_without_a_person_counts_by_its_address():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    response = stream_response(request, Body("x", "text/plain", SIZE, "x", read))
    assert content(response) == CONTENT
