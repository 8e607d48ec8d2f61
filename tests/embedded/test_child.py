"""A child process: waited for, restarted when it dies, never outliving its supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mastportal.embedded.child import Child
from mastportal.embedded.family import Family
from mastportal.embedded.state import CHECKOUT, StartError
from tests.waiting import wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Child]:
    child = Child("sleeper", SLEEP, {}, tmp_path / "log")
    yield child
    child.stop()


def test_a_child_that_dies_is_restarted_and_said(sleeper: Child) -> None:
    sleeper.start()
    first = sleeper.process
    assert first
    os.kill(first.pid, signal.SIGKILL)
    assert "ended with -9" in wait_until(sleeper.revive)
    wait_until(lambda: sleeper.revive() or sleeper.alive)
    assert sleeper.process is not first


def test_restarts_pause_longer_each_time(sleeper: Child) -> None:
    sleeper.argv = [sys.executable, "-c", ""]
    sleeper.start()
    assert "0.5 s" in wait_until(sleeper.revive)
    assert "1 s" in wait_until(sleeper.revive)


def test_a_start_that_fails_shows_the_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import sys; sys.exit('the disk is full')"]
    child = Child("thing", argv, {}, tmp_path / "log", ready=lambda: False)
    child.start()
    with pytest.raises(StartError, match="the disk is full"):
        child.wait_ready()


def test_a_start_that_hangs_is_given_up(sleeper: Child) -> None:
    sleeper.ready = lambda: False
    sleeper.patience_s = 0.2
    sleeper.start()
    with pytest.raises(StartError, match="did not answer"):
        sleeper.wait_ready()


def test_a_child_that_ignores_us_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child("deaf", [sys.executable, "-c", code], {}, tmp_path / "log", stop_patience_s=0.2)
    child.start()
    wait_until(lambda: "up" in child.log.read_text())
    child.stop()
    assert not child.alive


def test_a_family_stops_the_last_started_first(tmp_path: Path) -> None:
    family = Family()
    family.add(*(Child(name, SLEEP, {}, tmp_path / name) for name in ("database", "web")))
    family.stop()
    assert not any(child.alive for child in family.children)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from mastportal.embedded.child import Child; import sys, time\n"
        f"c = Child('s', {SLEEP!r}, {{}}, Path({str(tmp_path / 'log')!r})); c.start()\n"
        "print(c.process.pid, flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert supervisor.stdout
    orphan = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: not is_alive(orphan), 5)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    time.sleep(0.01)
    return state != "Z"
