"""How many requests one host bears, of all threads and processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mastportal import cachepool, traffic
from mastportal.mast.errors import ArchiveRests, NotFound
from mastportal.mast.traffic import Kind, OpenGate
from tests.gates import HOST, fail, gate_of, through
from tests.waiting import wait_until


@pytest.fixture
def client(settings):
    return cachepool.client(settings.CACHE_URL)


@pytest.fixture
def gate(client, settings):
    return gate_of(client, settings)


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


def test_the_open_gate_lets_everything_through():
    with through(OpenGate()) as exchange:
        exchange.answered()
        exchange.failed()
