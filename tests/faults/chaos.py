"""kill -9 of the portal's parts at random moments while bundles are made; what must be true all the same."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import numpy as np
import psutil

from mastportal.embedded.child import die_with_parent
from mastportal.embedded.environment import Wishes, django_environment, python
from mastportal.embedded.state import CHECKOUT, State, free_port
from tests.faults.cells import check
from tests.faults.portal import DONE, ROOT, Deadline, Portal
from tests.faults.supply import Supply, Wanted
from tests.faults.ways import Bundle
from tests.started import Started

FILES = 40
PAUSE_S = (0.5, 6.0)
# A supervisor's longest pause, a database's recovery, leases of the dead, and a busy machine.
LIMIT_S = 150.0


def _one_of_its_own(*words: str) -> Callable[[Started, np.random.Generator], psutil.Process | None]:
    def find(started: Started, random: np.random.Generator) -> psutil.Process | None:
        parent = started.child(*words)
        children = parent.children() if parent else []
        return children[random.integers(len(children))] if children else None

    return find


def _itself(*words: str) -> Callable[[Started, np.random.Generator], psutil.Process | None]:
    return lambda started, _: started.child(*words)


PARTS = {
    "ask worker": _itself("worker", "ask"),
    "fetch worker": _itself("worker", "fetch"),
    "child of the ask worker": _one_of_its_own("worker", "ask"),
    "web": _itself("gunicorn"),
    "one web process": _one_of_its_own("gunicorn"),
    "broker": _itself("valkey-server"),
    "database": _itself("postgres"),
    "one database process": _one_of_its_own("postgres"),
    "beat": _itself("beat"),
}


@dataclass
class Chaos:
    """Bundles of files that nobody has fetched, made under kills."""

    portal: Portal
    supply: Supply
    other_web: httpx.Client
    random: np.random.Generator
    killed: Counter[str] = field(default_factory=Counter)
    bundles: int = 0

    def run(self, kills: int, parts: list[str]) -> None:
        """So many kills, each part in turn, all while a bundle is under way."""
        self.portal.is_shaken = True
        order: list[str] = []
        while self.killed.total() < kills:
            bundle, wanted = self._begin()
            while self.killed.total() < kills and not self._is_done(bundle):
                order = order or list(self.random.permutation(parts))
                self._kill(order.pop())
                time.sleep(self.random.uniform(*PAUSE_S))
            self._end(bundle, wanted)
        Deadline(LIMIT_S).wait(self.portal.started.is_well, "a portal that is well again")
        self.portal.is_shaken = False

    def _begin(self) -> tuple[str, Wanted]:
        wanted = self.supply.files(FILES)
        self._way = Bundle(str(self.random.choice(["zip", "tar"])))
        bundle = self._way.ask(self.portal, wanted)
        time.sleep(self.random.uniform(*PAUSE_S))
        return bundle, wanted

    def _is_done(self, bundle: str) -> bool:
        """As far as can be told while the web server may be down."""
        with suppress(httpx.TransportError, ValueError, KeyError):
            answer = self.portal.http.get(f"{ROOT}/bundles/{bundle}", timeout=3)
            return answer.status_code == 200 and answer.json()["phase"] in DONE
        return False

    def _kill(self, part: str) -> None:
        """Counted when there was such a process: it may be dead from the last time."""
        with suppress(psutil.NoSuchProcess):
            process = PARTS[part](self.portal.started, self.random)
            if process is not None:
                process.kill()
                self.killed[part] += 1

    def _end(self, bundle: str, wanted: Wanted) -> None:
        deadline = Deadline(LIMIT_S)
        check(wanted, self._way.fetched(self.portal, bundle, deadline), {})
        here = self.portal.call("GET", f"/bundles/{bundle}/download", deadline)
        there = deadline.wait(lambda: self._from_the_other(bundle), "the other web server's answer")
        assert (here.content, here.headers["ETag"]) == (there.content, there.headers["ETag"])
        self.bundles += 1

    def _from_the_other(self, bundle: str) -> httpx.Response | None:
        answer = self.other_web.get(f"{ROOT}/bundles/{bundle}/download")
        return answer if answer.status_code == 200 else None


@contextmanager
def another_web(portal: Portal) -> Iterator[httpx.Client]:
    """A second web server over the same database and store, which is not killed; a client to ask it with."""
    started, port = portal.started, free_port()
    state = State.at(started.folder)
    wishes = Wishes(started.folder, port, "sandbox", started.sandbox_port, ())
    env = django_environment(state, wishes, state.running() or {})
    server = python("-m", "gunicorn", "mastportal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    server += ["--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
    with (started.folder / "other-web.log").open("wb") as log:
        process = subprocess.Popen(
            server, env=env, cwd=CHECKOUT, stdout=log, stderr=log, preexec_fn=die_with_parent
        )
    headers = {"Authorization": f"Token {portal.key}"}
    limits = httpx.Limits(max_keepalive_connections=0)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(
            base_url=url, headers=headers, timeout=60, trust_env=False, limits=limits
        ) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)
