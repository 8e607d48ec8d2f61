"""When a host is left alone, seen by all threads and processes, and when it is asked again."""

import time

import pytest

from mastportal import cachepool, traffic
from mastportal.circuit import Circuit
from mastportal.mast.errors import ArchiveRests, NotFound, Unavailable, Unreachable
from mastportal.mast.traffic import Kind
from tests.gates import HOST, fail, gate_of, opened, through


@pytest.fixture
def client(settings):
    return cachepool.client(settings.CACHE_URL)


@pytest.fixture
def gate(client, settings):
    return gate_of(client, settings)


def test_a_host_that_fails_for_different_files_is_left_alone(gate):
    opened(gate)
    with pytest.raises(ArchiveRests, match="asked again in") as caught, through(gate, "d"):
        pytest.fail("nothing may be sent")
    assert 60 < caught.value.after_s <= 62.5
    assert 60 < gate.rests_for_s(HOST, Kind.CHECK) <= 62.5


def test_each_rest_is_twice_as_long_until_the_host_answers(gate, settings):
    opened(gate)
    for longer_s in (125, 250, 500, 1000, 1000):
        settings.HOST_REST_S = 0
        fail(gate, "a", Unavailable, ArchiveRests)
        settings.HOST_REST_S = 1000
        assert longer_s - 5 < gate.rests_for_s(HOST, Kind.BYTES) <= longer_s
    settings.HOST_REST_S = 0
    with through(gate, "a"):
        pass
    settings.HOST_REST_S = 1000
    opened(gate, "xyz")
    assert 60 < gate.rests_for_s(HOST, Kind.BYTES) <= 62.5


def test_a_rest_that_is_nearly_over_is_waited_for(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 2
    with through(gate, "d"):
        pass
    assert gate.rests_for_s(HOST, Kind.BYTES) == 0


def test_others_see_it_at_once(gate, client):
    opened(gate)
    with pytest.raises(ArchiveRests), through(traffic.ValkeyGate(client), "d"):
        pytest.fail("nothing may be sent")


def test_questions_are_asked_while_files_rest(gate):
    opened(gate)
    with through(gate, kind=Kind.QUESTION), pytest.raises(ArchiveRests), through(gate, kind=Kind.CHECK):
        pytest.fail("nothing may be sent")
    assert gate.rests_for_s(HOST, Kind.QUESTION) == 0


def test_one_broken_file_stops_no_other(gate):
    for _ in range(9):
        fail(gate, "mast:broken")
    with through(gate, "b"):
        pass


def test_files_that_go_on_failing_while_others_are_answered_stop_nobody(gate):
    for _ in range(4):
        with through(gate, "whole"):
            pass
        for subject in "ab":
            fail(gate, subject)
    for subject in "cd":
        fail(gate, subject)


def test_how_long_a_file_has_failed_begins_with_its_own_first_failure(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 0
    for _ in range(2):
        time.sleep(0.05)
        with pytest.raises(ArchiveRests) as first, through(gate, "new"):
            raise Unavailable("no answer")
    assert first.value.down_s >= 0.05
    with pytest.raises(ArchiveRests) as other, through(gate, "another"):
        raise Unavailable("no answer")
    assert other.value.down_s == 0


def test_a_file_that_failed_before_is_told_its_own_failure_when_it_tries_for_the_host(gate, settings):
    fail(gate, "broken")
    with through(gate, "whole"):
        pass
    opened(gate)
    settings.HOST_REST_S = 0
    fail(gate, "broken", Unavailable)
    fail(gate, "broken", Unavailable, ArchiveRests)
    with through(gate, "whole"):
        pass


def test_a_host_that_cannot_be_reached_is_left_alone_for_one_file_too(gate):
    for _ in range(2):
        fail(gate, "mast:a", Unreachable)
    fail(gate, "mast:a", Unreachable, ArchiveRests)
    with pytest.raises(ArchiveRests), through(gate, "mast:a"):
        pytest.fail("nothing may be sent")


@pytest.mark.parametrize("error", [None, NotFound])
def test_an_answer_in_between_begins_the_count_anew(gate, error):
    for subject in "abcde":
        fail(gate, subject)
        if error is None:
            with through(gate, subject):
                pass
        else:
            fail(gate, subject, error)
    with through(gate, "z"):
        pass


def test_a_body_that_breaks_off_is_no_failure_of_the_host(gate):
    def breaks_off(subject: str) -> None:
        with through(gate, subject) as exchange:
            exchange.answered()
            raise Unavailable("broke off")

    for subject in "abcdef":
        with pytest.raises(Unavailable):
            breaks_off(subject)
    with through(gate, "z"):
        pass


def test_what_is_said_to_have_failed_counts_too(gate):
    for subject in "ab":
        with through(gate, subject) as exchange:
            exchange.failed()
    with pytest.raises(ArchiveRests), through(gate, "c") as exchange:
        exchange.failed()


def test_errors_of_our_own_say_nothing(gate):
    for subject in "abcdef":
        with pytest.raises(ValueError, match="ours"), through(gate, subject):
            raise ValueError("ours")
    fail(gate, "z")


def test_one_request_tries_and_its_answer_opens_the_door(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 0
    with through(gate, "d"):
        with pytest.raises(ArchiveRests) as caught, through(gate, "e"):
            pytest.fail("another is trying")
        assert caught.value.after_s < 10
    settings.HOST_REST_S = 1000
    with through(gate, "d"), through(gate, "e"):
        assert gate.rests_for_s(HOST, Kind.BYTES) == 0


def test_who_has_failed_lets_others_try_whether_the_host_is_back(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 16  # the first rest is one of 16, so of 1 s
    time.sleep(1)
    with pytest.raises(ArchiveRests) as caught, through(gate, "a"):
        pytest.fail("it waits as long again")
    assert caught.value.after_s <= 1
    with through(gate, "whole"):
        pass
    with through(gate, "a"):
        pass


def test_a_trial_that_fails_lets_the_host_rest_again(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 0
    with pytest.raises(ArchiveRests), through(gate, "a"):
        raise Unavailable("still no answer")
    settings.HOST_REST_S = 1000
    with pytest.raises(ArchiveRests), through(gate, "a"):
        pytest.fail("nothing may be sent")


def test_a_trial_without_a_verdict_leaves_it_to_the_next(gate, settings):
    opened(gate)
    settings.HOST_REST_S = 0
    with pytest.raises(ValueError, match="ours"), through(gate, "a"):
        raise ValueError("ours")
    with through(gate, "a"):
        pass


def test_who_waits_for_a_place_hears_that_the_host_rests(gate, client, settings):
    settings.HOST_TRANSFERS = 1

    def fails() -> None:
        for subject in "abc":
            Circuit(client, f"traffic:bytes:{HOST}").note_failure(subject, is_trial=False, is_hosts=False)

    def beat() -> None:
        with pytest.raises(ArchiveRests):
            fails()

    with through(gate), pytest.raises(ArchiveRests, match="leaves it alone"), through(gate, "d", beat=beat):
        pytest.fail("there was no room")
