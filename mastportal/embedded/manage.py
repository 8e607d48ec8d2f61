"""`./run manage …`: a management command against the running portal's services, or services of its own."""

import subprocess
from contextlib import ExitStack

from mastportal.embedded import prepare, restoring
from mastportal.embedded.environment import django_environment, python, read_wishes
from mastportal.embedded.family import data_services
from mastportal.embedded.state import CHECKOUT, State


def manage(arguments: list[str]) -> int:
    """Run it and return its exit code. Raises StartError when services cannot be started."""
    wishes = read_wishes()
    state = State.at(wishes.folder)
    command = arguments[0] if arguments else ""
    if command == "restore" and not {"--help", "-h"} & set(arguments):
        return restoring.restore(state, wishes, arguments[1:])
    with ExitStack() as stack:
        ports = state.running()
        running = ports is not None
        if ports is None:
            stack.enter_context(state.only_one())
        state.claim_archive(wishes.archive)
        if ports is None:
            _, ports = stack.enter_context(data_services(state))
        env = django_environment(state, wishes.as_running(ports), ports)
        if not running:
            prepare.database(state, env, is_sandbox=wishes.is_sandbox)
        if command in restoring.COMMANDS:
            env = restoring.with_programs(state, env)
        return subprocess.run(python("manage.py", *arguments), env=env, cwd=CHECKOUT).returncode
