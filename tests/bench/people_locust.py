"""What one person does at the portal, for locust: search, filter, fill a basket, download, with pauses.

Read by locust in a process of its own; PEOPLE names the file that says who there is.
"""

import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task

PEOPLE: list[dict[str, str]] = json.loads(Path(os.environ["PEOPLE"]).read_text())
# Asked again and again by many, as a group does, so most answers are kept ones; the last of each are new.
PROGRAMMES = [1176, 1073, 1345, 1783, 2107, 2561, 2739, 1448, 1837, 1288]
GRAMMAR = ["f.filters=F200W", "sort=-t_min", "like.target_name=*a*", "min.t_exptime=100", "page_size=20", ""]
ENDED = {None, "COMPLETED", "ERROR", "ABORTED"}  # what was no answer is counted already
_nobody_yet = iter(range(len(PEOPLE)))
_taking = threading.Lock()


@events.request.add_listener
def note_failure(name: str, exception: Exception | None, **_more: Any) -> None:
    """Why a request failed, for the benchmark to tell; locust's own figures say only how many did."""
    if exception is not None:
        with Path(os.environ["PEOPLE"]).with_suffix(".failed").open("a") as failed:
            failed.write(f"{name}: {str(exception)[:200]}\n")


class Person(HttpUser):
    """One signed-in person with a basket of their own."""

    wait_time = between(1, 3)

    def on_start(self) -> None:
        with _taking:
            self.who = PEOPLE[next(_nobody_yet)]
        self.client.cookies.set("sessionid", self.who["session"])
        self.client.trust_env = False
        self.key = {"Authorization": f"Token {self.who['key']}"}
        self.search_id, self.bundle_id = "", ""
        while not self.search_id:  # the first answers come when the workers have warmed up
            self.ask(PROGRAMMES[0])
        self.basket_id = self.told("POST", "baskets", "basket: new", {"name": self.who["name"]}).get("id")
        self.fill()
        self.choose("recommended")
        self.bundle()
        for once in (self.filter_page, self.filter_rows, self.facets, self.look_at_basket, self.download):
            once()  # then as chance has it

    def told(
        self,
        method: str,
        path: str,
        kind: str,
        body: dict[str, Any] | None = None,
        more: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The JSON of a call, with `more` headers; empty where it failed, which locust counts."""
        headers = self.key | (more or {})
        with self.client.request(
            method, f"/api/v1/{path}", name=kind, json=body, headers=headers, timeout=60, catch_response=True
        ) as answer:
            if answer.status_code < 300:
                return answer.json() if answer.content else {}
            answer.failure(f"{answer.status_code} {answer.text[:200]}")
            return {}

    def choose(self, preset: str) -> None:
        path = f"baskets/{self.basket_id}"
        revision = self.told("GET", path, "basket: state").get("revision")
        tag = {"If-Match": f'"{revision}"'}
        self.told("PUT", f"{path}/selection", "basket: choose", {"preset": preset}, tag)

    def ask(self, programme: int) -> None:
        question = {"collection": "programs", "programs": str(programme)}
        search = self.told("POST", "searches", "search: ask", question)
        for _ in range(60):
            if search.get("phase") in ENDED:
                break
            time.sleep(1)
            search = self.told("GET", f"searches/{search['id']}", "search: state")
        if self.has_come("searches", search) and search.get("row_count"):
            self.search_id = search["id"]

    def bundle(self) -> None:
        asked = {"format": "zip", "layout": "nested"}
        asking = self.told("POST", f"baskets/{self.basket_id}/bundles", "bundle: ask", asked)
        self.bundle_id = asking.get("id", "")

    def has_come(self, path: str, work: dict[str, Any]) -> bool:
        """Whether a search or a bundle is complete; one that is none at its end is a failed request."""
        phase = work.get("phase")
        if phase not in {None, "COMPLETED"} and (phase in ENDED or path == "searches"):
            fault = RuntimeError(f"{path}/{work['id']} is {phase}")
            told = {"request_type": "GET", "response_time": 0, "response_length": 0, "context": {}}
            self.environment.events.request.fire(name=f"{path}: {phase}", exception=fault, **told)
        return phase == "COMPLETED"

    def page(self, path: str, kind: str) -> None:
        self.client.get(path, name=kind, timeout=60)

    @task(3)
    def search(self) -> None:
        self.ask(random.choice(PROGRAMMES))

    @task(5)
    def filter_page(self) -> None:
        self.page(f"/results/{self.search_id}/?{random.choice(GRAMMAR)}", "page: results, filtered")

    @task(4)
    def filter_rows(self) -> None:
        self.told("GET", f"searches/{self.search_id}/rows?{random.choice(GRAMMAR)}", "api: rows, filtered")

    @task(2)
    def facets(self) -> None:
        self.told("GET", f"searches/{self.search_id}/facets?{random.choice(GRAMMAR)}", "api: facets")

    @task(3)
    def fill(self) -> None:
        rows = self.told("GET", f"searches/{self.search_id}/rows?page_size=20", "api: rows, first").get(
            "rows"
        )
        obsid = [str(row["obsid"]) for row in random.sample(rows or [], min(2, len(rows or [])))]
        body = {"search": self.search_id, "obsid": obsid}
        self.told("POST", f"baskets/{self.basket_id}/observations", "basket: add", body)

    @task(2)
    def look_at_basket(self) -> None:
        self.page(f"/baskets/{self.basket_id}/", "page: basket")

    @task(2)
    def download(self) -> None:
        """The bundle, once it is complete: with so many at once that takes a while, which is no fault."""
        if not self.bundle_id:
            return
        state = self.told("GET", f"bundles/{self.bundle_id}", "bundle: state")
        if self.has_come("bundles", state):
            self.client.get(
                f"/api/v1/bundles/{self.bundle_id}/download", name="download", headers=self.key, timeout=120
            )
