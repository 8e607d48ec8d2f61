"""How many requests one host bears, of all threads and processes, and when it is left alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mastportal import cachepool, traffic
from mastportal.circuit import Circuit
from mastportal.mast.errors import ArchiveRests, NotFound, TimedOut, Unavailable, Unreachable
from mastportal.mast.traffic import Gate, Kind, OpenGate, nobody_waits
from tests.conftest import wait_until

HOST = "archive.example:1"


@pytest.fixture
def client(settings):
    client = cachepool.client(settings.CACHE_URL)
    client.flushdb()
    return client


@pytest.fixture
def gate(client, settings):
    settings.HOST_FAILURES, settings.HOST_REST_S = 3, 1000
    settings.HOST_TRANSFERS, settings.HOST_QUESTIONS = 2, 3
    return traffic.ValkeyGate(client)


def through(gate: Gate, subject="mast:a", kind=Kind.BYTES, host=HOST, patience_s=5.0, beat=nobody_waits):
    return gate.exchange(host, kind, subject, patience_s=patience_s, beat=beat)


def fail(gate, subject, error=Unavailable, seen=None, **options):
    with pytest.raises(seen or error), through(gate, subject, **options):
        raise error("no answer")


def opened(gate):
    for subject in "ab":
        fail(gate, subject)
    fail(gate, "c", TimedOut, ArchiveRests)
    return gate


class Crowd:
    """Notes how many were inside at once."""

    def __init__(self):
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def stay(self, gate, for_s=0.02, **options):
        with through(gate, **options):
            with self._lock:
                self.inside += 1
                self.most = max(self.most, self.inside)
            time.sleep(for_s)
            with self._lock:
                self.inside -= 1


@pytest.mark.parametrize(("kind", "limit"), [(Kind.BYTES, 2), (Kind.QUESTION, 3), (Kind.CHECK, 3)])
def test_no_more_than_allowed_are_inside(gate, kind, limit):
    crowd = Crowd()
    with ThreadPoolExecutor(12) as many:
        list(many.map(lambda _: crowd.stay(gate, kind=kind), range(24)))
    assert crowd.most == limit


def test_hosts_and_kinds_do_not_wait_for_each_other(gate):
    with through(gate), through(gate), through(gate, kind=Kind.QUESTION), through(gate, host="other:1"):
        pass


def test_checks_take_turns_with_questions(gate):
    with (
        through(gate, kind=Kind.CHECK),
        through(gate, kind=Kind.QUESTION),
        through(gate, kind=Kind.CHECK),
        pytest.raises(ArchiveRests, match="All 3 connections for questions"),
        through(gate, kind=Kind.QUESTION, patience_s=0),
    ):
        pass


def test_a_place_is_given_back_whatever_happens_inside(gate, client):
    for error in (ValueError, NotFound, KeyboardInterrupt):
        with pytest.raises(error), through(gate):
            raise error("x")
    assert client.zcard(f"traffic:held:bytes:{HOST}") == 0


def test_who_waits_beats_and_ends_by_what_the_beat_raises(gate, settings):
    settings.HOST_TRANSFERS = 1

    def lost() -> None:
        raise RuntimeError("the lease is gone")

    with through(gate), pytest.raises(RuntimeError), through(gate, beat=lost):
        pytest.fail("there was no room")


def test_who_waits_comes_in_as_soon_as_another_leaves(gate, settings):
    settings.HOST_TRANSFERS = 1
    entered = threading.Event()

    def enter():
        with through(gate):
            entered.set()

    with through(gate):
        waiter = threading.Thread(target=enter)
        waiter.start()
        assert not entered.wait(0.1)
    assert entered.wait(traffic.LOOK_EVERY_S * 3)
    waiter.join()


HOLD = """
import sys, time
from mastportal import traffic
from mastportal.mast.traffic import Kind, nobody_waits
with traffic.gate().exchange(sys.argv[1], Kind.BYTES, "mast:a", patience_s=5, beat=nobody_waits):
    print("inside", flush=True)
    time.sleep(60)
"""


def test_another_process_counts_and_its_place_ends_with_its_lease_when_it_is_killed(gate, settings, client):
    settings.HOST_TRANSFERS = 1
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mastportal.settings"}
    command = [sys.executable, "-c", HOLD, HOST]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "inside"
        with pytest.raises(ArchiveRests), through(gate, patience_s=0):
            pytest.fail("there was no room")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    held = f"traffic:held:bytes:{HOST}"
    assert client.zcard(held) == 1  # until its lease ends; here it ends now
    client.zadd(held, dict.fromkeys(client.zrange(held, 0, -1), 1))
    with through(gate):
        pass


def test_a_long_silence_keeps_its_place(client):
    with through(traffic.ValkeyGate(client, lease_s=0.3)):
        wait_until(lambda: client.zcard(f"traffic:held:bytes:{HOST}") == 1)
        client.flushdb()  # Valkey began anew
        wait_until(lambda: client.zcard(f"traffic:held:bytes:{HOST}") == 1)
    assert client.zcard(f"traffic:held:bytes:{HOST}") == 0


def test_without_valkey_each_process_keeps_to_the_limit(settings):
    settings.HOST_TRANSFERS = 2
    gate, crowd = traffic.ValkeyGate(cachepool.client("redis://127.0.0.1:9/1")), Crowd()
    with ThreadPoolExecutor(6) as many:
        list(many.map(lambda _: crowd.stay(gate, host="alone:1"), range(6)))
    assert crowd.most == 2
    assert gate.rests_for_s("alone:1", Kind.BYTES) == 0
    fail(gate, "a", host="alone:1")
    with (
        through(gate, host="alone:1"),
        through(gate, host="alone:1"),
        pytest.raises(ArchiveRests, match="in use"),
        through(gate, host="alone:1", patience_s=0),
    ):
        pytest.fail("there was no room")


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
    opened(gate)
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
            Circuit(client, f"traffic:bytes:{HOST}").note_failure(subject, is_hosts=False)

    def beat() -> None:
        with pytest.raises(ArchiveRests):
            fails()

    with through(gate), pytest.raises(ArchiveRests, match="leaves it alone"), through(gate, "d", beat=beat):
        pytest.fail("there was no room")


def test_the_open_gate_lets_everything_through():
    with through(OpenGate()) as exchange:
        exchange.answered()
        exchange.failed()
