"""What a person does through the REST interface, step by step, while real workers do the rest."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from tests.archive import Sandbox
from tests.waiting import wait_until

ROOT = "/api/v1"
DONE = {"COMPLETED", "ERROR", "ABORTED"}
PATIENCE_S = 90
Json = dict[str, Any]


@dataclass
class Journey:
    """One person's way; `api` is their signed-in client."""

    api: APIClient

    def search(self, **question: Any) -> Json:
        """Ask, and wait for what becomes of it."""
        asked = self.api.post(f"{ROOT}/searches", question, format="json")
        assert asked.status_code in {200, 202}, asked.content
        return self.finished(f"{ROOT}/searches/{asked.json()['id']}")

    def finished(self, address: str) -> Json:
        return wait_until(lambda: (b := self.api.get(address).json())["phase"] in DONE and b, PATIENCE_S)

    def rows(self, search: Json, query: str = "") -> list[Json]:
        """All rows of the search that the table grammar's `query` keeps."""
        rows: list[Json] = []
        while True:
            page = len(rows) // 1000 + 1
            answer = self.get(f"searches/{search['id']}/rows?{query}&page_size=1000&page={page}")
            rows += answer["rows"]
            if len(rows) == answer["matched"]:
                return rows

    def facet(self, search: Json, column: str, query: str = "") -> dict[str | None, int]:
        found = self.get(f"searches/{search['id']}/facets?facets={column}&facet_limit=10000&{query}")
        return {value["value"]: value["count"] for value in found["facets"][0]["values"]}

    def basket(self, search: Json, obsids: list[str], name: str = "A basket") -> int:
        """A new basket with these observations, all their product lists here."""
        basket = self.api.post(f"{ROOT}/baskets", {"name": name}, format="json").json()["id"]
        self.add(basket, search, obsids)
        return basket

    def add(self, basket: int, search: Json, obsids: list[str]) -> None:
        body = {"search": search["id"], "obsid": obsids}
        added = self.api.post(f"{ROOT}/baskets/{basket}/observations", body, format="json")
        assert added.json() == {"added": len(obsids), "already": 0}
        assert self.finished(f"{ROOT}/baskets/{basket}")["phase"] == "COMPLETED"

    def select(self, basket: int, **wish: Any) -> Json:
        address = f"{ROOT}/baskets/{basket}/selection"
        tag = self.api.get(address)["ETag"]
        chosen = self.api.put(address, wish, format="json", headers={"If-Match": tag})
        assert chosen.status_code == 200, chosen.content
        return chosen.json()

    def request_bundle(self, basket: int, **wish: Any) -> str:
        """Its address, while it is being made."""
        accepted = self.api.post(f"{ROOT}/baskets/{basket}/bundles", wish, format="json")
        assert accepted.status_code == 202, accepted.content
        return accepted["Location"]

    def bundle(self, basket: int, **wish: Any) -> Json:
        made = self.finished(self.request_bundle(basket, **wish))
        assert made["phase"] == "COMPLETED", made
        return made

    def manifest(self, bundle: Json) -> list[Json]:
        return self.get(f"bundles/{bundle['id']}/manifest?format=json")["files"]

    def download(self, bundle: Json) -> bytes:
        answer = self.api.get(f"{ROOT}/bundles/{bundle['id']}/download")
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content)
        assert len(content) == int(answer["Content-Length"]) == bundle["size"]
        return content

    def get(self, path: str) -> Json:
        answer = self.api.get(f"{ROOT}/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()


def unpacked(content: bytes) -> dict[str, bytes]:
    """A bundle's files by their path inside its one folder, each checked by its CRC."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert len({name.split("/")[0] for name in names}) == 1
        assert len(set(names)) == len(names)
        return {name.partition("/")[2]: archive.read(name) for name in names}


def check_files(files: dict[str, bytes], manifest: list[Json], sandbox: Sandbox, token: str = "") -> None:
    """Exactly the manifest's files that are OK are there, byte for byte as the archive holds them."""
    there = {row["path"]: row for row in manifest if row["status"] == "OK"}
    assert set(files) == {*there, "MANIFEST.HTML", "MANIFEST.JSON", "MANIFEST.CSV", "SHA256SUMS"}
    for path, row in there.items():
        found = hashlib.sha256(files[path]).hexdigest()
        assert found == row["sha256"] == hashlib.sha256(sandbox.body(row["uri"], token)).hexdigest(), path
        assert len(files[path]) == row["size"]


def bodies_fetched(sandbox: Sandbox, since: int) -> list[str]:
    """The data URIs whose bodies were asked for since a mark, one for each request."""
    return [entry["uri"] for entry in sandbox.log(since) if entry["uri"] and entry["method"] == "GET"]
