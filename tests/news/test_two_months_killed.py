"""Acceptance: two months of the holdings day by day, while the portal's parts and the mail server are killed.

Every subscriber hears of every event, under its bell once by its id; mails come at least once, each with one
Message-ID and one text. What must be told is computed from the holdings' dates (`reference`).
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import numpy as np
import psutil
import pytest
from aiosmtpd.controller import Controller

from mastportal.embedded.state import free_port
from mastportal.sandbox.survey import built_in
from tests.faults.chaos import PARTS
from tests.faults.portal import Deadline, Portal, running
from tests.news import reference
from tests.news.reference import Look

pytestmark = pytest.mark.long
FIRST, MJD, DAYS = date(2026, 3, 1), 61_100.0, 61
FOLLOWED = [("JWST", "5645"), ("JWST", "8441"), ("JWST", "7929"), ("JWST", "5114"), ("HST", "17502")]
KILLED = ["ask worker", "child of the ask worker", "broker", "database", "web", "beat", "mail"]
QUICK = {
    "NEWS_FAST_S": "1",
    "NEWS_DAILY_S": "1",
    "NEWS_WEEKLY_S": "1",
    "NEWS_VERSIONS_S": "0",
    "NEWS_LOOKS_AT_ONCE": "4",
    "POST_PAUSE_S": "0.5",
    "POST_LONGEST_PAUSE_S": "3",
}
LIMIT_S = 150.0


class Letters:
    """A mail server that is killed and comes back at the same address; it keeps what it took."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[Any] = []
        self._server: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def start(self) -> None:
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


@contextmanager
def mail_server() -> Iterator[Letters]:
    letters = Letters()
    letters.start()
    yield letters
    letters.stop()


class Subscriber:
    """Somebody with subscriptions, asked over REST."""

    def __init__(self, portal: Portal, name: str, key: str) -> None:
        self.portal, self.name, self.headers = portal, name, {"Authorization": f"Token {key}"}

    def get(self, path: str) -> Any:
        answer = self.portal.call("GET", path, Deadline(LIMIT_S), headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def follow(self, named: tuple[str, str], **wishes: Any) -> None:
        body = {"kind": "program", "mission": named[0], "program": named[1], "frequency": "fast"} | wishes
        answer = self.portal.call("POST", "/subscriptions", headers=self.headers, json=body)
        assert answer.status_code == 201, answer.text

    def looked_at(self) -> dict[str, datetime]:
        found = self.get("/subscriptions")["results"]
        moments = {one["name"]: one["looked_at"] for one in found}
        return {name: datetime.fromisoformat(at) for name, at in moments.items() if at}

    def told(self) -> list[dict[str, Any]]:
        """All under the bell, oldest last."""
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            page = self.get(f"/notifications?limit=100{before}")
            found += page["results"]
            if not page["more"]:
                return found
            before = f"&before={found[-1]['id']}"


def test_everybody_hears_of_everything_once() -> None:
    holdings = reference.by_programme(built_in(3000).to_pylist())
    random = np.random.default_rng(20261123)
    with mail_server() as letters:
        wishes = QUICK | {"MAIL_URL": f"smtp://127.0.0.1:{letters.port}"}
        with running("", **wishes) as portal:
            Lived(portal, letters, holdings, random).through()


class Lived:
    """The two months."""

    def __init__(self, portal: Portal, letters: Letters, holdings: Any, random: np.random.Generator) -> None:
        self.portal, self.letters, self.holdings, self.random = portal, letters, holdings, random
        self.alice = Subscriber(portal, "alice", portal.key)
        self.bob = Subscriber(portal, "bob", portal.started.manage("api_token", "bob").split()[-1])
        self.killed: Counter[str] = Counter()
        self.remade: dict[str, dict[float, list[str]]] = {}

    def through(self) -> None:
        self.portal.sandbox.today(str(FIRST), unfolds=True)
        for named in FOLLOWED:
            self.alice.follow(named, channels=["bell", "mail"])
        self.bob.follow(FOLLOWED[1], channels=["bell"], frequency="daily", events=["first"])
        self.bob.follow(FOLLOWED[0], channels=["bell"], frequency="weekly", events=["public"], level=3)
        Deadline(LIMIT_S).wait(lambda: len(self.alice.looked_at()) == len(FOLLOWED), "the first looks")
        self.portal.is_shaken = True
        for day in range(1, DAYS + 1):
            self._live(day)
        self.letters.stop()
        self.letters.start()
        self._check()

    def _live(self, day: int) -> None:
        self._remake(day)
        self.portal.sandbox.today(str(FIRST + timedelta(days=day)), unfolds=True)
        since = datetime.now().astimezone()
        if day % 2:
            time.sleep(self.random.uniform(0, 2))
            self._kill(KILLED[int(self.random.integers(len(KILLED)))])
        since = self._all_looked_after(since)
        self._all_looked_after(since)  # the first may have begun on the day before

    def _all_looked_after(self, since: datetime) -> datetime:
        def looked() -> Any:
            found = self.alice.looked_at()
            return len(found) == len(FOLLOWED) and min(found.values()) > since and found

        found = Deadline(LIMIT_S).wait(looked, "looks at everything")
        return max(found.values())

    def _remake(self, day: int) -> None:
        """Every sixth day a file that is there is made anew."""
        if day % 6:
            return
        named = FOLLOWED[int(self.random.integers(len(FOLLOWED)))]
        there = [row for row in self.holdings[named] if reference.delivered(row) <= MJD + day - 1]
        row = there[int(self.random.integers(len(there)))]
        self.portal.sandbox.replace(row["dataURL"])
        self.remade.setdefault(named[1], {})[MJD + day] = [row["obs_id"]]

    def _kill(self, part: str) -> None:
        if part == "mail":
            self.letters.stop()
            time.sleep(self.random.uniform(0, 2))
            self.letters.start()
        else:
            with suppress(psutil.NoSuchProcess):
                process = PARTS[part](self.portal.started, self.random)
                if process is None:
                    return
                process.kill()
        self.killed[part] += 1

    def _expected(self, named: tuple[str, str], *kinds: str, of_each: bool = False) -> Counter[Any]:
        """What must have been told of a programme; of first data, those of the whole only."""
        looks = [Look(MJD + day, MJD + day + 0.5) for day in range(DAYS + 1)]
        assert all(reference.quiet(self.holdings[named], MJD + day) for day in (0, DAYS))
        found = reference.events(self.holdings[named], looks, self.remade.get(named[1], {}))
        whole = {e: n for e, n in found.items() if e[0] != "first" or not e[2]}
        return Counter({e: n for e, n in whole.items() if not kinds or e[0] in kinds})

    def _check(self) -> None:
        expected = Counter(
            {(named[1], *event): n for named in FOLLOWED for event, n in self._expected(named).items()}
        )
        Deadline(LIMIT_S).wait(lambda: len(self.alice.told()) >= expected.total(), "Alice's notices")
        self._check_bell(self.alice, expected)
        Deadline(LIMIT_S).wait(lambda: self._lines_mailed() >= expected.total(), "Alice's mails")
        assert self._lines_mailed() == expected.total()
        # Digests of the day and the week that are not over may still wait.
        hers = self._expected(FOLLOWED[0], "public")
        his = {(FOLLOWED[0][1], *event) for event in hers}
        firsts = {(FOLLOWED[1][1], *event) for event in self._expected(FOLLOWED[1], "first")}
        told = self._of(self.bob)
        assert set(told) <= his | firsts
        assert max(told.values(), default=1) == 1
        self.portal.started.manage("check_subscriptions", "--digests")
        assert set(self._of(self.bob)) == his | firsts
        facts = f"{expected.total()} events, {len(self.letters.taken)} mails, killed {dict(self.killed)}"
        sys.stdout.write(facts + "\n")

    def _of(self, who: Subscriber) -> Counter[Any]:
        return Counter(
            (one["program"], one["event"], one["obs_id"], one["data"]["observation"]) for one in who.told()
        )

    def _check_bell(self, who: Subscriber, expected: Counter[Any]) -> None:
        found = self._of(who)
        assert found == expected, {"too few": expected - found, "too many": found - expected}
        ids = [one["data"]["id"] for one in who.told()]
        assert len(ids) == len(set(ids))

    def _lines_mailed(self) -> int:
        """Events in mails, each Message-ID once; whoever got it twice got the same."""
        texts: dict[str, set[str]] = {}
        for letter in list(self.letters.taken):
            body = letter.get_body(("plain",)).get_content()
            texts.setdefault(letter["Message-ID"], set()).add(body)
        assert all(len(different) == 1 for different in texts.values())
        return sum(line.startswith("- ") for (text,) in texts.values() for line in text.splitlines())
