"""`./run`: the whole portal as child processes of this one, until it is told to stop."""

import os
import time
from contextlib import suppress
from dataclasses import replace

from mastportal.embedded import prepare
from mastportal.embedded.child import Child, Stopped
from mastportal.embedded.environment import Wishes, django_environment, python, read_wishes
from mastportal.embedded.family import Family, answers, data_services, log_of, sandbox, say, stop_signals
from mastportal.embedded.state import StartError, State, free_port, is_taken

# More threads than connections: what came is checked and booked while the next files come.
ASK_WORKERS, FETCH_THREADS, WEB_WORKERS, WEB_THREADS = 2, 8, 2, 12
# A worker child that has grown this far is replaced after its task.
CHILD_MEMORY_KIB = 1_500_000
# What a portal that was killed leaves behind lets its ports go by then.
PORT_PATIENCE_S = 8.0


def _celery(*arguments: str) -> list[str]:
    return python("-m", "celery", "-A", "mastportal", "--quiet", *arguments)


def _workers(state: State, env: dict[str, str]) -> list[Child]:
    """The two kinds of worker and the clock. Prefork children keep a database connection each."""
    alone = ["--without-mingle", "--without-gossip"]
    ask = ["worker", "-Q", "ask", "-n", "ask@%h", f"--max-memory-per-child={CHILD_MEMORY_KIB}", *alone]
    ask += ["-c", env.get("ASK_CONNECTIONS", str(ASK_WORKERS))]
    fetch = ["worker", "-Q", "fetch", "-n", "fetch@%h", "-P", "threads", *alone]
    fetch += ["-c", env.get("FETCH_CONNECTIONS", str(FETCH_THREADS))]
    beat = ["beat", "-s", str(state.folder / "beat"), "--pidfile="]
    no_pool = env | {"DATABASE_POOL": "0"}
    return [
        Child("ask worker", _celery(*ask), no_pool, log_of(state, "ask")),
        Child("fetch worker", _celery(*fetch), env, log_of(state, "fetch")),
        Child("beat", _celery(*beat), no_pool, log_of(state, "beat")),
    ]


def _web(state: State, env: dict[str, str], port: int) -> Child:
    argv = python(
        "-m", "gunicorn", "mastportal.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"
    )
    argv += ["--workers", env.get("WEB_WORKERS", str(WEB_WORKERS)), "--timeout", "0"]
    argv += ["--threads", env.get("WEB_THREADS", str(WEB_THREADS))]
    # Filters are in the address; the longest first line of a request that gunicorn takes.
    argv += ["--limit-request-line", "8190"]
    # Longer than proxies (caddy: 120 s) and scripts keep a connection that is idle: who closes first is never
    # sent a request meanwhile, which would be lost.
    argv += ["--keep-alive", "130"]
    argv += ["--no-control-socket", "--worker-tmp-dir", str(state.folder), "--graceful-timeout", "5"]
    return Child("web", argv, env, log_of(state, "web"), answers(f"http://127.0.0.1:{port}/sign-in/"))


def _greet(state: State, wishes: Wishes) -> None:
    print(f"Portal ready at http://127.0.0.1:{wishes.port}", flush=True)
    if wishes.is_sandbox:
        print("Demo accounts (sandbox only):", flush=True)
        for name, password in state.demo.items():
            print(f"  {name:8} {password}", flush=True)


def up() -> int:
    """Start everything, say where, and keep it running. Raises StartError; leaves no process behind."""
    wishes = read_wishes()
    state = State.at(wishes.folder)
    with state.only_one(), stop_signals() as should_stop:
        state.claim_archive(wishes.archive)
        wishes = with_free_ports(wishes)
        with suppress(Stopped), data_services(state, should_stop=should_stop) as (family, ports):
            env = django_environment(state, wishes, ports)
            _start(state, wishes, family, ports, env)
            _greet(state, wishes)
            family.watch(should_stop)
            say("Stopping …")
    return 0


def with_free_ports(wishes: Wishes, patience_s: float = PORT_PATIENCE_S) -> Wishes:
    """The wishes once nobody else listens on their ports, who would be taken for the portal or its archive.

    Where nobody said which port the sandbox is to have, it gets another. Raises StartError.
    """
    for name, port in wishes.ports.items():
        if comes_free(port, patience_s):
            continue
        if name != "SANDBOX_PORT" or name in os.environ:
            raise StartError(f"Something listens on port {port} already: stop it, or set {name} to another.")
        wishes = replace(wishes, sandbox_port=free_port())
        say(f"Port {port} is taken: the sandbox listens on {wishes.sandbox_port} (SANDBOX_PORT).")
    return wishes


def comes_free(port: int, patience_s: float) -> bool:
    """Whether nobody listens on a port, or stops to before long."""
    deadline = time.monotonic() + patience_s
    while is_taken(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _start(state: State, wishes: Wishes, family: Family, ports: dict[str, int], env: dict[str, str]) -> None:
    if wishes.is_sandbox:
        family.add(sandbox(state, wishes, wishes.sandbox_port))
    prepare.database(state, env, is_sandbox=wishes.is_sandbox)
    prepare.static_files(state, env)
    family.add(*_workers(state, env), _web(state, env, wishes.port))
    state.note_running(ports | wishes.ports)
