"""The state folder: secrets made once and private, bound to one archive, held by one portal."""

import socket
import stat
from pathlib import Path

import pytest

from mastportal.embedded.state import DEMO_PEOPLE, StartError, State, free_port, is_taken, write_private


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_on_the_first_start_and_private(tmp_path: Path) -> None:
    state = State.at(tmp_path / "data")
    assert mode_of(state.folder / "secrets.json") == 0o600
    assert mode_of(state.demo_file) == 0o600
    assert set(state.demo) == set(DEMO_PEOPLE)


def test_secrets_stay_the_same(tmp_path: Path) -> None:
    assert State.at(tmp_path).secrets == State.at(tmp_path).secrets


def test_two_folders_share_no_secret(tmp_path: Path) -> None:
    one, other = State.at(tmp_path / "one"), State.at(tmp_path / "other")
    assert not set(one.secrets.values()) & set(other.secrets.values())


def test_private_files_replace_open_ones(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("open")
    write_private(path, "closed")
    assert (path.read_text(), mode_of(path)) == ("closed", 0o600)


def test_a_folder_belongs_to_one_archive(tmp_path: Path) -> None:
    state = State.at(tmp_path)
    state.claim_archive("sandbox")
    state.claim_archive("sandbox")
    with pytest.raises(StartError, match="holds data of the archive 'sandbox', not of 'mast'"):
        state.claim_archive("mast")


def test_only_one_portal_runs_in_a_folder(tmp_path: Path) -> None:
    state = State.at(tmp_path)
    with state.only_one(), pytest.raises(StartError, match="already"), State.at(tmp_path).only_one():
        pass


def test_the_running_portal_tells_its_ports(tmp_path: Path) -> None:
    state = State.at(tmp_path)
    with state.only_one():
        state.note_running({"postgres": 1, "valkey": 2})
        assert State.at(tmp_path).running() == {"postgres": 1, "valkey": 2}
    assert State.at(tmp_path).running() is None


def test_a_port_is_taken_while_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert is_taken(port)
    assert not is_taken(port)
    assert not is_taken(free_port())
