"""`./run check`: format, lint, types, architecture, missing migrations, lock files that name a host."""

import re
import subprocess
from pathlib import Path

from mastportal.embedded.environment import django_environment, python, read_wishes
from mastportal.embedded.family import say
from mastportal.embedded.state import CHECKOUT, State

ADDRESS = re.compile(r"https?://[^\s\"',;)]+")
LOCKS = ("requirements/*.txt", "package-lock.json", ".npmrc")


def _commands() -> dict[str, list[str]]:
    return {
        "format": python("-m", "ruff", "format", "--check", "--quiet", "."),
        "lint": python("-m", "ruff", "check", "--quiet", "."),
        "types": python("-m", "mypy"),
        "architecture": python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_architecture.py"),
        "migrations": python("manage.py", "makemigrations", "--check", "--dry-run", "-v0"),
    }


def addresses_in_locks(root: Path) -> list[str]:
    """The addresses that lock files name, as `file: address`; there must be none."""
    return [
        f"{path.relative_to(root)}: {address}"
        for pattern in LOCKS
        for path in sorted(root.glob(pattern))
        for address in ADDRESS.findall(path.read_text())
    ]


def check() -> int:
    """Run every check, say which failed, return how many."""
    state = State.at(read_wishes().folder)
    # Nothing here asks a database; without a pool nothing tries to.
    env = django_environment(state, read_wishes(), {"postgres": 1, "valkey": 1}) | {"DATABASE_POOL": "0"}
    failed = []
    for name, command in _commands().items():
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
        say(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}")
        if done.returncode:
            say(done.stdout + done.stderr)
            failed.append(name)
    named = addresses_in_locks(CHECKOUT)
    say("locks: FAILED\n" + "\n".join(named) if named else "locks: ok")
    return len(failed) + bool(named)
