"""Brings database and static files up to date before the web server starts, when something changed."""

import hashlib
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, StartError, State

STATIC_SOURCES = ("static", "requirements", "package-lock.json")


def _files(roots: Iterable[Path]) -> Iterable[Path]:
    for root in roots:
        yield from sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]


def _fingerprint(roots: Iterable[Path]) -> str:
    """Changes with any file's content below `roots`; they are few and small."""
    digest = hashlib.sha256()
    for path in _files(roots):
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def manage(env: Mapping[str, str], *arguments: str) -> None:
    """Run a management command. Raises StartError with its last lines."""
    done = subprocess.run(
        python("manage.py", *arguments), env=dict(env), cwd=CHECKOUT, capture_output=True, text=True
    )
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise StartError(f"'manage {arguments[0]}' failed:\n{tail}")


def up_to_date(state: State, env: Mapping[str, str], *, is_sandbox: bool) -> None:
    """Migrate and collect static files, each when its sources changed since the last start."""
    migrations = [folder for folder in CHECKOUT.glob("**/migrations") if "node_modules" not in folder.parts]
    jobs: dict[str, tuple[list[Path], list[list[str]]]] = {
        "migrated": (
            [*(m for m in migrations if ".venv" not in m.parts), CHECKOUT / "requirements" / "base.txt"],
            [["migrate", "--no-input", "-v0"], *([["demo_accounts"]] if is_sandbox else [])],
        ),
        "collected": (
            [CHECKOUT / name for name in STATIC_SOURCES],
            [["collectstatic", "--no-input", "-v0", "--clear"]],
        ),
    }
    for name, (sources, commands) in jobs.items():
        stamp, wanted = state.folder / name, _fingerprint(sources)
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        for command in commands:
            manage(env, *command)
        stamp.write_text(wanted)
