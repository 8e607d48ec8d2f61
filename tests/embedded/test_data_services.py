"""PostgreSQL and Valkey as ./run starts them: with passwords, on loopback, kept over a restart."""

import shutil
from pathlib import Path

import psycopg
import pytest
import redis

from mastportal.embedded import postgres, valkey
from mastportal.embedded.family import data_services
from mastportal.embedded.state import State


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    folder = tmp_path_factory.mktemp("state")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o711)  # PostgreSQL's own user must enter it
    return State.at(folder)


def test_data_outlive_a_restart(state: State) -> None:
    with (
        data_services(state) as (_, ports),
        psycopg.connect(postgres.address(state, ports["postgres"])) as db,
    ):
        db.execute("CREATE TABLE kept (n int)")
    with (
        data_services(state) as (_, ports),
        psycopg.connect(postgres.address(state, ports["postgres"])) as db,
    ):
        assert db.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_nobody_enters_without_the_password(state: State) -> None:
    with data_services(state) as (_, ports):
        address = postgres.address(state, ports["postgres"]).replace(
            state.secrets["POSTGRES_PASSWORD"], "guess"
        )
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address)
        bare = redis.Redis(port=ports["valkey"])
        with bare, pytest.raises(redis.AuthenticationError):
            bare.ping()


def test_passwords_are_on_no_command_line(state: State) -> None:
    with data_services(state) as (family, _):
        words = [word for child in family.children for word in child.argv]
        assert not any(secret in word for word in words for secret in state.secrets.values())


def test_a_folder_that_others_cannot_enter_is_sheltered(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    state = State.at(closed / "data")
    try:
        with data_services(state) as (_, ports):
            assert ports["postgres"]
    finally:
        shutil.rmtree(postgres.shelter(state))


def test_valkey_keeps_its_settings_private(state: State) -> None:
    child = valkey.child(state, 1, state.folder / "log")
    assert Path(child.argv[1]).stat().st_mode & 0o077 == 0
