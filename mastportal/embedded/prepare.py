"""Brings database and static files up to date before the web server starts, when something changed."""

import hashlib
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, StartError, State

STATIC_SOURCES = ("static", "requirements/base.txt", "package-lock.json")


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


def _when_changed(state: State, name: str, sources: Iterable[Path], work: Callable[[], None]) -> None:
    """Do `work` when a file of `sources` changed since it was last done."""
    stamp, wanted = state.folder / name, _fingerprint(sources)
    if not stamp.exists() or stamp.read_text() != wanted:
        work()
        stamp.write_text(wanted)


def database(state: State, env: Mapping[str, str], *, is_sandbox: bool) -> None:
    """Migrate, and make the demo accounts beside the sandbox. Raises StartError."""

    def work() -> None:
        manage(env, "migrate", "--no-input", "-v0")
        if is_sandbox:
            manage(env, "demo_accounts")

    apps = [CHECKOUT / name for name in ("accounts", "basket", "mastportal")]
    migrations = [folder for app in apps for folder in app.glob("**/migrations/*.py")]
    decisive = [*sorted(migrations), CHECKOUT / "requirements/base.txt", CHECKOUT / "mastportal/settings.py"]
    _when_changed(state, "migrated", decisive, work)


def static_files(state: State, env: Mapping[str, str]) -> None:
    """Collect, hash and compress static files. Raises StartError."""
    sources = [CHECKOUT / name for name in STATIC_SOURCES]
    # The document of the API is drawn by Swagger UI; redoc lies beside it in the same package.
    told = ("collectstatic", "--no-input", "-v0", "--clear", "--ignore", "redoc")
    _when_changed(state, "collected", sources, lambda: manage(env, *told))
