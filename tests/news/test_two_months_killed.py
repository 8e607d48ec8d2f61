"""Acceptance: two months of the holdings day by day, while the portal's parts and those it tells are killed.

Every subscriber hears of every event, under its bell once by its id; mails and calls of webhooks come at
least once, each with one id and one text. What must be told is computed from the holdings' dates
(`reference`).
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from mastportal.sandbox.survey import built_in
from tests.faults.chaos import PARTS
from tests.faults.portal import Deadline, Portal, running
from tests.news import reference
from tests.news.hosts import Hooks, Letters
from tests.news.reference import Look

pytestmark = pytest.mark.long
FIRST, MJD, DAYS = date(2026, 3, 1), 61_100.0, 61
FOLLOWED = [("JWST", "5645"), ("JWST", "8441"), ("JWST", "7929"), ("JWST", "5114"), ("HST", "17502")]
KILLED = ["ask worker", "child of the ask worker", "broker", "database", "web", "beat", "mail", "webhooks"]
FAILS_EVERY = 5  # days, on which the webhooks' host answers 500 to all
QUICK = {
    "NEWS_FAST_S": "1",
    "NEWS_DAILY_S": "1",
    "NEWS_WEEKLY_S": "1",
    "NEWS_VERSIONS_S": "0",
    "NEWS_LOOKS_AT_ONCE": "4",
    "POST_PAUSE_S": "0.5",
    "POST_LONGEST_PAUSE_S": "3",
    "OUTGOING_ALLOWED": "127.0.0.1",
}
LIMIT_S = 150.0


ADD_WEBHOOK = """
from django.contrib.auth.models import User
from mastportal.outbox import webhooks
alice = User.objects.get(username="alice")
print(webhooks.add(alice, "Tools", "json", {address!r})[1])
"""


@contextmanager
def hosts(folder: Path) -> Iterator[tuple[Letters, Hooks]]:
    """A mail server and a host of webhooks that listen."""
    letters, hooks = Letters(), Hooks(folder)
    letters.start()
    hooks.start()
    yield letters, hooks
    letters.stop()
    hooks.stop()


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


def test_everybody_hears_of_everything_once(tmp_path: Path) -> None:
    holdings = reference.by_programme(built_in(3000).to_pylist())
    random = np.random.default_rng(20261123)
    with hosts(tmp_path) as (letters, hooks):
        wishes = QUICK | {"MAIL_URL": f"smtp://127.0.0.1:{letters.port}"}
        with running("", **wishes) as portal:
            Lived(portal, letters, hooks, holdings, random).through()


class Lived:
    """The two months."""

    def __init__(
        self, portal: Portal, letters: Letters, hooks: Hooks, holdings: Any, random: np.random.Generator
    ) -> None:
        self.portal, self.letters, self.hooks = portal, letters, hooks
        self.holdings, self.random = holdings, random
        self.alice = Subscriber(portal, "alice", portal.key)
        self.bob = Subscriber(portal, "bob", portal.started.manage("api_token", "bob").split()[-1])
        add = ADD_WEBHOOK.format(address=hooks.url)
        hooks.secret = portal.started.manage("shell", "--no-imports", "-c", add).split()[-1]
        self.order: list[str] = []
        self.killed: Counter[str] = Counter()
        self.remade: dict[str, dict[float, list[str]]] = {}

    def through(self) -> None:
        self.portal.sandbox.today(str(FIRST), unfolds=True)
        for named in FOLLOWED:
            self.alice.follow(named, channels=["bell", "mail", "webhook"])
        self.bob.follow(FOLLOWED[1], channels=["bell"], frequency="daily", events=["first"])
        self.bob.follow(FOLLOWED[0], channels=["bell"], frequency="weekly", events=["public"], level=3)
        Deadline(LIMIT_S).wait(lambda: len(self.alice.looked_at()) == len(FOLLOWED), "the first looks")
        self.portal.is_shaken = True
        for day in range(1, DAYS + 1):
            self._live(day)
        self.letters.stop()
        self.letters.start()
        self.hooks.answer(200)
        self._check()

    def _live(self, day: int) -> None:
        self._remake(day)
        self.hooks.answer(500 if day % FAILS_EVERY == 0 else 200)
        self.portal.sandbox.today(str(FIRST + timedelta(days=day)), unfolds=True)
        since = datetime.now().astimezone()
        if day % 2:
            time.sleep(self.random.uniform(0, 2))
            self.order = self.order or list(map(str, self.random.permutation(KILLED)))
            self._kill(self.order.pop())
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
        told = {"mail": self.letters, "webhooks": self.hooks}
        if part in told:
            told[part].stop()
            time.sleep(self.random.uniform(0, 2))
            told[part].start()
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
        Deadline(LIMIT_S).wait(lambda: self.letters.lines() >= expected.total(), "Alice's mails")
        assert self.letters.lines() == expected.total()
        Deadline(LIMIT_S).wait(lambda: len(self.hooks.events()) >= expected.total(), "calls of her webhook")
        self._check_hooks(expected)
        # Digests of the day and the week that are not over may still wait.
        hers = self._expected(FOLLOWED[0], "public")
        his = {(FOLLOWED[0][1], *event) for event in hers}
        firsts = {(FOLLOWED[1][1], *event) for event in self._expected(FOLLOWED[1], "first")}
        told = self._of(self.bob)
        assert set(told) <= his | firsts
        assert max(told.values(), default=1) == 1
        self.portal.started.manage("check_subscriptions", "--digests")
        assert set(self._of(self.bob)) == his | firsts
        answered = Counter(call.status for call in self.hooks.calls())
        assert set(self.killed) == set(KILLED), "each part was there to be killed"
        facts = f"{expected.total()} events, {len(self.letters.taken)} mails, calls {dict(answered)}"
        sys.stdout.write(f"{facts}, killed {dict(self.killed)}\n")

    def _of(self, who: Subscriber) -> Counter[Any]:
        return Counter(
            (one["program"], one["event"], one["obs_id"], one["data"]["observation"]) for one in who.told()
        )

    def _check_bell(self, who: Subscriber, expected: Counter[Any]) -> None:
        found = self._of(who)
        assert found == expected, {"too few": expected - found, "too many": found - expected}
        ids = [one["data"]["id"] for one in who.told()]
        assert len(ids) == len(set(ids))

    def _check_hooks(self, expected: Counter[Any]) -> None:
        """Each event came in a signed call that was taken, and in the calls of one webhook-id only."""
        events = self.hooks.events()
        found = Counter((one["program"], one["event"], one["obs_id"], one["observation"]) for one in events)
        assert found == expected, {"too few": expected - found, "too many": found - expected}
        assert {one["id"] for one in events} == {one["data"]["id"] for one in self.alice.told()}
        assert len({one["id"] for one in events}) == len(events)
        assert any(call.status == 500 for call in self.hooks.calls())
