"""Long questions: EXECUTING, recognised when asked again, answered in the end."""

import time
from collections.abc import Iterator

import pytest

from mastportal.sandbox.archive import Archive, Options
from mastportal.sandbox.holdings import Holdings
from mastportal.sandbox.server import serve_in_background
from mastportal.sandbox.waiting import Waiting
from tests.sandbox.asking import Asking

QUESTION = {"service": "Mast.Caom.Filtered", "params": {"filters": []}, "cacheBreaker": "1", "timeout": 0}


@pytest.fixture
def slow(builtin: Holdings) -> Iterator[Asking]:
    server = serve_in_background(Archive(builtin, Options(long_query_s=0.6)))
    client = Asking(server.url)
    yield client
    client.http.close()
    server.shutdown()
    server.server_close()


def test_executing_until_its_time_is_over(slow: Asking) -> None:
    params = {"columns": "obsid", "filters": []}
    words = []
    begun = time.monotonic()
    while not words or words[-1] == "EXECUTING":
        words.append(slow.ask("Mast.Caom.Filtered", params, cacheBreaker="a", timeout=0.1)["status"])
    assert words[0] == "EXECUTING"
    assert words[-1] == "COMPLETE"
    assert time.monotonic() - begun >= 0.55
    assert len(words) < 20


def test_the_other_pages_of_a_finished_question_do_not_wait(slow: Asking) -> None:
    params = {"columns": "obsid", "filters": []}
    assert slow.ask("Mast.Caom.Filtered", params, cacheBreaker="b")["status"] == "COMPLETE"
    begun = time.monotonic()
    assert slow.ask("Mast.Caom.Filtered", params, cacheBreaker="b", page=2)["status"] == "COMPLETE"
    assert time.monotonic() - begun < 0.5


def test_names_are_never_long(slow: Asking) -> None:
    begun = time.monotonic()
    slow.ask("Mast.Name.Lookup", {"input": "m57", "format": "json"})
    assert time.monotonic() - begun < 0.5


def test_another_question_waits_for_itself() -> None:
    waiting = Waiting(0.05)
    assert waiting.is_executing(QUESTION)
    time.sleep(0.06)
    assert not waiting.is_executing(QUESTION)
    assert not waiting.is_executing(QUESTION | {"page": 2})
    assert waiting.is_executing(QUESTION | {"cacheBreaker": "2"})


def test_the_request_is_held() -> None:
    begun = time.monotonic()
    assert not Waiting(0.2).is_executing(QUESTION | {"timeout": 5})
    assert time.monotonic() - begun >= 0.2


def test_a_timeout_that_is_no_number() -> None:
    assert not Waiting(0.01).is_executing(QUESTION | {"timeout": "soon"})


def test_nothing_waits_by_default() -> None:
    assert not Waiting().is_executing(QUESTION)
