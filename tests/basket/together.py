"""Several people who change one basket at random at the same time, and what they were answered."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from tests.basket.together_model import Change
from tests.people import client_of

PRESETS = ("parents", "recommended", "everything", "none")
FILTERS = ("", "f.suffix=i2d", "f.suffix=cal", "f.extension=fits")
REFUSED = {404, 409, 412}


@dataclass(frozen=True, slots=True)
class Pool:
    """What the changes are about."""

    basket_id: int
    search: str
    obsids: list[str]
    keywords: str
    files: list[str]
    uris: list[str]


class Member:
    """One person at one client, who does things at random and remembers what was answered."""

    def __init__(self, user: User, pool: Pool, seed: int) -> None:
        self.user, self.pool, self.random = user, pool, Random(seed)
        self.done: list[Change] = []
        self.refused: dict[int, int] = defaultdict(int)
        self._client = client_of(user)
        self._client.raise_request_exception = False  # it is told to all clients of the process
        self._seen = 1
        self._address = f"/api/v1/baskets/{pool.basket_id}"
        self._ways: list[tuple[Callable[[], None], int]] = [
            (self._add, 25),
            (self._remove, 20),
            (self._add_files, 8),
            (self._remove_file, 5),
            (self._note, 12),
            (self._select, 12),
            (self._single, 12),
            (self._rename, 3),
            (self._look, 6),
            (self._lock, 1),
        ]

    def act(self, times: int) -> None:
        ways, weights = zip(*self._ways, strict=True)
        try:
            for way in self.random.choices(ways, weights, k=times):
                way()
        finally:
            connection.close()

    def _ask(self, method: str, part: str, body: dict[str, Any], kind: str, what: Any, **told: Any) -> None:
        match = told.pop("match", "*")
        how: dict[str, Any] = {"format": "json", "headers": {"If-Match": match}}
        answer = getattr(self._client, method)(self._address + part, body, **how)
        if answer.status_code in REFUSED:
            self.refused[answer.status_code] += 1
            return
        assert answer.status_code in (200, 204), (answer.status_code, answer.content)
        self._note_down(kind, what, answer, seen=None if match == "*" else int(match.strip('"')))

    def _note_down(self, kind: str, what: Any, answer: Any, seen: int | None = None) -> None:
        self._seen = int(answer["ETag"].strip('"'))
        added = answer.json()["added"] if kind in ("add", "add_files") else 0
        self.done.append(Change(kind, what, self.user.username, self._seen, added, seen))

    def _match(self) -> str:
        return self.random.choice(["*", f'"{self._seen}"'])

    def _add(self) -> None:
        obsids = self.random.sample(self.pool.obsids, self.random.randint(1, 4))
        body = {"search": self.pool.search, "obsid": obsids}
        self._ask("post", "/observations", body, "add", obsids)

    def _remove(self) -> None:
        obsid = self.random.choice(self.pool.obsids)
        self._ask("delete", f"/observations/{obsid}", {}, "remove", obsid)

    def _add_files(self) -> None:
        uris = self.random.sample(self.pool.files, 2)
        self._ask("post", "/products", {"search": self.pool.keywords, "dataURI": uris}, "add_files", uris)

    def _remove_file(self) -> None:
        uri = self.random.choice(self.pool.files)
        self._ask("delete", f"/products?dataURI={uri}", {}, "remove_file", uri)

    def _note(self) -> None:
        told = (self.random.choice(self.pool.obsids), self.random.choice(["", "deep", "noisy"]))
        body = {"obsid": told[0], "note": told[1]}
        answer = self._client.get(f"{self._address}/rows?page_size=1000").json()
        if told[0] in {row["obsid"] for row in answer["rows"]}:
            self._ask_note(body, told)

    def _ask_note(self, body: dict[str, Any], told: tuple[str, str]) -> None:
        how: dict[str, Any] = {"format": "json", "headers": {"If-Match": self._match()}}
        answer = self._client.put(f"{self._address}/notes", body, **how)
        if answer.status_code == 204:
            self._note_down("note", told, answer)
        else:  # the row was taken out meanwhile, or the basket locked
            assert answer.status_code in (*REFUSED, 400), answer.content
            self.refused[answer.status_code] += 1

    def _select(self) -> None:
        wish = {"preset": self.random.choice(PRESETS), "filters": self.random.choice(FILTERS)}
        wish |= {"include": [], "exclude": []}
        self._ask("put", "/selection", wish, "select", wish, match=self._match())

    def _single(self) -> None:
        uri, kind = self.random.choice(self.pool.uris), self.random.choice(["include", "exclude"])
        body = {"action": kind, "dataURI": uri}
        answer = self._client.post(f"/baskets/{self.pool.basket_id}/selection", body)
        if "ETag" in answer:
            self._note_down(kind, uri, answer)
        else:  # locked, or the file's observation was taken out meanwhile
            assert answer.status_code in (302, 409), answer.status_code
            self.refused[answer.status_code] += 1

    def _rename(self) -> None:
        name = f"name {self.random.randint(1, 5)}"
        self._ask("patch", "", {"name": name}, "rename", name, match=self._match())

    def _look(self) -> None:
        self._seen = self._client.get(self._address).json()["revision"]

    def _lock(self) -> None:
        self._ask("post", "/lock", {}, "lock", None)
        if self.done and self.done[-1].kind == "lock":
            self._ask("delete", "/lock", {}, "unlock", None)


def all_at_once(members: list[Member], times: int) -> list[Change]:
    """Everybody does `times` things meanwhile; what was answered to all."""
    with ThreadPoolExecutor(len(members)) as pool:
        for each in [pool.submit(member.act, times) for member in members]:
            each.result()
    return [change for member in members for change in member.done]
