"""`./run test`: services of its own in a folder that is thrown away, then pytest."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.environment import Wishes, django_environment, python
from mastportal.embedded.family import data_services, sandbox
from mastportal.embedded.state import CHECKOUT, State, free_port

# Half of the tests' time is waiting, for a browser or for a silence to end.
PROCESSES = max(2, min(4, os.cpu_count() or 2))
# What tests must not have to wait for.
SHORT = {
    "STALL_S": "3",
    "LEASE_S": "3",
    "DIRECT_WAIT_S": "0.2",
    "CONNECT_TIMEOUT_S": "3",
    "QUESTION_TIMEOUT_S": "30",
    "POLL_S": "0.1",
    "HOST_REST_S": "1.5",
    "DATABASE_POOL": "0",
    "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    "LOG_LEVEL": "WARNING",
    "TOKEN_KEYS_KEPT_IN": "",
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
    """pytest over `tests`, all but those marked `long` unless the arguments choose.

    All of them are shared out, file by file, among processes of which each has services of its own.
    """
    chosen = [] if any(word == "-m" or word.startswith("-m=") for word in arguments) else ["-m", "not long"]
    count = 1 if _names_some(arguments) else PROCESSES
    in_our_order = ["--dist", "loadfile", "--no-loadscope-reorder"]
    shared_out = ["-n", str(count), *in_our_order, "-p", "tests.own_services"] if count > 1 else []
    with ExitStack() as stack:
        services = [stack.enter_context(throwaway()) | SHORT for _ in range(count)]
        env = services[0] | {"TEST_SERVICES": json.dumps([_own(each) for each in services])}
        command = python("-m", "pytest", *chosen, *shared_out, *arguments)
        return subprocess.run(command, env=env, cwd=CHECKOUT, preexec_fn=die_with_parent).returncode


def _names_some(arguments: Sequence[str]) -> bool:
    """Whether the arguments name files or folders."""
    return any((CHECKOUT / word.partition("::")[0]).exists() for word in arguments if word[:1] != "-")


def _own(env: dict[str, str]) -> dict[str, str]:
    """What an environment has beyond this process's."""
    return {name: value for name, value in env.items() if os.environ.get(name) != value}
