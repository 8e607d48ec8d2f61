"""What the environment of ./run means, and what our processes get of it."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mastportal.embedded.environment import django_environment, read_wishes
from mastportal.embedded.manage import manage
from mastportal.embedded.portal import comes_free, with_free_ports
from mastportal.embedded.state import CHECKOUT, StartError, State, free_port

PORTS = {"postgres": 5001, "valkey": 5002}
NAMES = (
    "PORT",
    "PORTAL_DATA",
    "ARCHIVE",
    "SANDBOX_PORT",
    "SANDBOX_HOLDINGS",
    "SANDBOX_OPTIONS",
    "DEMO_PASSWORDS_FILE",
)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    wishes = read_wishes()
    assert (wishes.port, wishes.sandbox_port, wishes.archive) == (8000, 8600, "sandbox")
    assert wishes.folder == CHECKOUT / ".portal"
    assert wishes.archive_url == "http://127.0.0.1:8600"


@pytest.mark.parametrize(
    ("archive", "url"),
    [("mast", "https://mast.stsci.edu"), ("http://127.0.0.1:9/", "http://127.0.0.1:9")],
)
def test_another_archive(monkeypatch: pytest.MonkeyPatch, archive: str, url: str) -> None:
    monkeypatch.setenv("ARCHIVE", archive)
    assert read_wishes().archive_url == url
    assert not read_wishes().is_sandbox


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT=eighty is not a port"),
        ("PORT", "70000", "from 1 to 65535"),
        ("ARCHIVE", "mars", "give sandbox, mast, or a base URL"),
        ("SANDBOX_HOLDINGS", "/nowhere", "is not a folder"),
    ],
)
def test_a_wrong_wish_is_said(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartError, match=sentence):
        read_wishes()


def test_sandbox_options_are_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_OPTIONS", "--scale 100 --today 2026-01-01")
    monkeypatch.setenv("SANDBOX_HOLDINGS", str(tmp_path))
    options = read_wishes().sandbox_options
    assert options == ("--scale", "100", "--today", "2026-01-01", "--holdings", str(tmp_path))


def test_the_operators_token_never_becomes_everybodys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAST_API_TOKEN", "secret")
    assert "MAST_API_TOKEN" not in django_environment(State.at(tmp_path), read_wishes(), PORTS)


def test_demo_accounts_exist_with_the_sandbox_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state = State.at(tmp_path)
    assert django_environment(state, read_wishes(), PORTS)["DEMO_PASSWORDS_FILE"]
    monkeypatch.setenv("ARCHIVE", "mast")
    assert "DEMO_PASSWORDS_FILE" not in django_environment(state, read_wishes(), PORTS)


def test_beside_a_running_portal_its_ports_count() -> None:
    beside = read_wishes().as_running(PORTS | {"PORT": 8123, "SANDBOX_PORT": 8723})
    assert (beside.port, beside.archive_url) == (8123, "http://127.0.0.1:8723")
    assert read_wishes().as_running(PORTS) == read_wishes()


def test_a_command_beside_a_portal_of_another_archive_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    state = State.at(tmp_path)
    with state.only_one():
        state.claim_archive("mast")
        state.note_running(PORTS)
        with pytest.raises(StartError, match="holds data of the archive 'mast', not of 'sandbox'"):
            manage(["check_subscriptions"])


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_nobody_elses_server_is_taken_for_the_portal(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setenv("PORT", str(taken))
    with pytest.raises(StartError, match=f"listens on port {taken} already: stop it, or set PORT"):
        with_free_ports(read_wishes(), patience_s=0)


def test_the_sandbox_gets_another_port_unless_one_was_said(
    monkeypatch: pytest.MonkeyPatch, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    wishes = replace(read_wishes(), port=free_port(), sandbox_port=taken)
    given = with_free_ports(wishes, patience_s=0)
    assert given.sandbox_port != taken
    assert f"the sandbox listens on {given.sandbox_port}" in capsys.readouterr().err
    monkeypatch.setenv("SANDBOX_PORT", str(taken))
    with pytest.raises(StartError, match="set SANDBOX_PORT to another"):
        with_free_ports(wishes, patience_s=0)


def test_a_port_that_comes_free_is_waited_for(taken: int) -> None:
    assert not comes_free(taken, patience_s=0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Timer(0.2, server.close).start()
        assert comes_free(server.getsockname()[1], patience_s=10)
