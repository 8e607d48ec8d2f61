"""`./run manage backup|restore`: the commands, with PostgreSQL's programs at hand, and the keys."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mastportal.embedded import postgres
from mastportal.embedded.backup_file import NotABackup, opened, take_about
from mastportal.embedded.environment import Wishes, django_environment, python
from mastportal.embedded.family import data_services
from mastportal.embedded.state import CHECKOUT, StartError, State, write_private

COMMANDS = ("backup", "restore")


def with_programs(state: State, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a command finds pg_dump and its kin beside the server they belong to."""
    return {"POSTGRES_BIN": str(postgres.binaries(state)), **env}


def restore(state: State, wishes: Wishes, arguments: Sequence[str]) -> int:
    """Bring a backup into a state folder in which no portal runs; its keys become the folder's.

    The database's and Valkey's passwords stay. Raises StartError.
    """
    path = next((Path(word) for word in arguments if not word.startswith("-")), None)
    if path is None:
        raise StartError("Say which backup: ./run manage restore FILE")
    with state.only_one():
        keys = _keys_of(path, wishes)
        state.claim_archive(wishes.archive)
        # Until the database is there, what either was sealed with opens.
        both = {"TOKEN_KEYS": f"{keys['TOKEN_KEYS']},{state.secrets['TOKEN_KEYS']}"}
        kept, during = state.secrets, _keep(state, state.secrets | keys | both)
        with data_services(during) as (_, ports):
            env = with_programs(during, django_environment(during, wishes, ports))
            code = subprocess.run(
                python("manage.py", "restore", str(path.resolve()), *_options(arguments)),
                env=env,
                cwd=CHECKOUT,
            ).returncode
        _keep(state, kept | keys if code == 0 else kept)
        (state.folder / "migrated").unlink(missing_ok=True)
    return code


def _options(arguments: Sequence[str]) -> list[str]:
    return [word for word in arguments if word.startswith("-")]


def _keep(state: State, secrets: dict[str, str]) -> State:
    write_private(state.folder / "secrets.json", json.dumps(secrets, indent=1))
    return replace(state, secrets=secrets)


def _keys_of(path: Path, wishes: Wishes) -> dict[str, str]:
    """The keys in a backup of the same archive. Raises StartError."""
    try:
        with opened(path) as tar:
            about, keys = take_about(tar)
    except NotABackup as error:
        raise StartError(str(error)) from error
    ours = "sandbox" if wishes.is_sandbox else wishes.archive_url
    if about.archive != ours:
        raise StartError(
            f"This backup is of a portal for the archive '{about.archive}', not '{ours}': set ARCHIVE."
        )
    return keys
