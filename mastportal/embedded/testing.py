"""`./run test`: services of its own in a folder that is thrown away, then pytest."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.environment import Wishes, django_environment, python
from mastportal.embedded.family import data_services, sandbox
from mastportal.embedded.state import CHECKOUT, State, free_port

# What tests must not have to wait for.
SHORT = {
    "STALL_S": "3",
    "LEASE_S": "3",
    "CONNECT_TIMEOUT_S": "3",
    "QUESTION_TIMEOUT_S": "30",
    "DATABASE_POOL": "0",
    "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    "LOG_LEVEL": "WARNING",
}


@contextmanager
def throwaway(options: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """PostgreSQL, Valkey and a sandbox in a temporary folder; gives the environment to use them."""
    with tempfile.TemporaryDirectory(prefix="mastportal-test-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own user must enter it
        wishes = Wishes(Path(folder), free_port(), "sandbox", free_port(), options)
        state = State.at(wishes.folder)
        (state.folder / "static").mkdir()  # whitenoise warns where there is none, and warnings are errors
        with data_services(state, lasting=False) as (family, ports):
            family.add(sandbox(state, wishes, wishes.sandbox_port))
            yield django_environment(state, wishes, ports)


def run_tests(arguments: list[str]) -> int:
    """pytest over `tests`, all but those marked `long` unless the arguments choose."""
    chosen = [] if any(word == "-m" or word.startswith("-m=") for word in arguments) else ["-m", "not long"]
    with throwaway() as env:
        command = python("-m", "pytest", *chosen, *arguments)
        return subprocess.run(command, env=env | SHORT, cwd=CHECKOUT, preexec_fn=die_with_parent).returncode
