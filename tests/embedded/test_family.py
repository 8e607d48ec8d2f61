"""The order of starting and stopping, signals turned into a flag, and checks that something answers."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mastportal.embedded.child import RESTART_PAUSE_S, Child, Stopped
from mastportal.embedded.environment import python
from mastportal.embedded.family import Family, answers, stop_signals
from mastportal.embedded.state import StartError
from tests.waiting import wait_until

LASTING = """
import signal, sys, time
signal.signal(15, lambda *_: ({}, sys.exit(0)))
print("up", flush=True)
time.sleep(60)
"""


def lasting(folder: Path, name: str) -> Child:
    """A child that notes when it is told to end."""
    note = f"open({str(folder / 'order')!r}, 'a').write({name!r} + ' ')"
    log = folder / f"{name}.log"

    def ready() -> bool:
        return log.exists() and "up" in log.read_text()

    return Child(name, python("-c", LASTING.format(note)), {}, log, ready)


@pytest.fixture
def family(tmp_path: Path):
    made = Family()
    yield made
    made.stop()


def test_the_youngest_generation_stops_first(family: Family, tmp_path: Path) -> None:
    for name in ("database", "worker", "web"):
        family.add(lasting(tmp_path, name))
    family.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "database"]


def test_stopping_twice_is_no_harm(family: Family, tmp_path: Path) -> None:
    family.add(lasting(tmp_path, "web"))
    family.stop()
    family.stop()
    assert not family.children[0].alive


def test_children_of_a_generation_start_together(family: Family, tmp_path: Path) -> None:
    one, other = lasting(tmp_path, "one"), lasting(tmp_path, "other")
    plain = one.ready
    one.ready = lambda: plain() and other.process is not None
    family.add(one, other)
    assert one.alive
    assert other.alive


def test_watching_ends_when_told(family: Family, tmp_path: Path) -> None:
    family.add(lasting(tmp_path, "web"))
    asked = iter([False, False, True])
    family.watch(lambda: next(asked))
    assert family.children[0].alive


def test_watching_restarts_what_died_and_says_so(
    family: Family, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = lasting(tmp_path, "web")
    family.add(child)
    assert child.process
    first = child.process
    first.kill()
    first.wait()
    family.watch(lambda: child.process is not first)
    assert "web ended with -9; restarting it in 0.5 s" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_become_a_flag_and_are_given_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_signals() as should_stop:
        assert not should_stop()
        os.kill(os.getpid(), number)
        wait_until(should_stop, 5)
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_any_answer_is_an_answer(status: int) -> None:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.handle_request, daemon=True).start()
    assert answers(f"http://127.0.0.1:{server.server_port}/")() is True
    server.server_close()


def test_pauses_grow_and_then_stay() -> None:
    assert list(RESTART_PAUSE_S) == sorted(set(RESTART_PAUSE_S))


def test_a_log_is_shown_from_its_end_whatever_is_in_it(tmp_path: Path) -> None:
    child = lasting(tmp_path, "web")
    child.log.write_bytes(b"\xff\xfe\n" + b"".join(b"line %d\n" % n for n in range(50)))
    assert child.tail(2).split("\n") == ["  line 48", "  line 49"]


def test_a_start_that_takes_long_can_be_stopped(tmp_path: Path) -> None:
    asked = iter([False, False, True])
    family = Family(lambda: next(asked))
    slow = Child("slow", python("-c", "import time; time.sleep(60)"), {}, tmp_path / "log", lambda: False)
    with pytest.raises(Stopped):
        family.add(slow)
    family.stop()
    assert not slow.alive
    never_begun = lasting(tmp_path, "later")
    with pytest.raises(Stopped):
        Family(lambda: True).add(never_begun)
    assert never_begun.process is None


def test_what_never_started_is_neither_alive_nor_in_the_way(tmp_path: Path) -> None:
    child = lasting(tmp_path, "web")
    assert not child.alive
    child.stop()


def test_a_program_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    child = Child("nothing", ["/no/such/program"], {}, tmp_path / "log")
    with pytest.raises((OSError, StartError)):
        child.start()
