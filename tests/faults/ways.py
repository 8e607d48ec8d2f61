"""The ways out of the portal, each as one small class: it takes files and says what became of each."""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from tests.acceptance.journey import unpacked
from tests.faults.portal import Deadline, Json, Portal, code_of
from tests.faults.supply import Product, Supply, Wanted
from tests.faults.wrongs import BROKEN, CLOSED, GONE, OK, Wrong

MANIFEST, TWINS = "MANIFEST.HTML", {"MANIFEST.HTML", "MANIFEST.JSON", "MANIFEST.CSV", "SHA256SUMS"}


@dataclass(frozen=True)
class Ended:
    """What became of one file: OK and its SHA-256, or another status and the reason given."""

    status: str
    sha256: str = ""
    reason: str = ""


@dataclass
class Outcome:
    """What became of each file by its URI, and what was said of lists that could not be had."""

    files: dict[str, Ended] = field(default_factory=dict)
    notes: str = ""


class Way(Protocol):
    """`knows_sums`: bytes are checked by more than their number, so that a flipped bit is found."""

    name: str
    knows_sums: bool

    def expects(self, wrong: Wrong, times: int | None) -> str: ...

    def wants(self, supply: Supply) -> Wanted: ...
    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome: ...


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def select(portal: Portal, wanted: Wanted) -> None:
    """Set the wish of a basket; hold its lock until what is wanted has been asked for."""
    path = f"/baskets/{wanted.basket}/selection"
    chosen = portal.call("PUT", path, json=wanted.wish, headers={"If-Match": "*"})
    assert chosen.status_code == 200, chosen.text


class OfFiles:
    """What the ways by single files have in common: three files that are listed already."""

    knows_sums: bool = True

    def expects(self, wrong: Wrong, times: int | None) -> str:
        """The status that a file with this fault ends with."""
        return wrong.always if times is None else wrong.once

    def wants(self, supply: Supply) -> Wanted:
        return supply.files(3)


class Bundle(OfFiles):
    """A bundle, and its archive downloaded when it is complete."""

    def __init__(self, format: str) -> None:
        self.name = self._format = format

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        return self.fetched(portal, self.ask(portal, wanted), deadline)

    def ask(self, portal: Portal, wanted: Wanted) -> str:
        """The id of a new bundle of what is wanted."""
        with wanted.lock:
            select(portal, wanted)
            path = f"/baskets/{wanted.basket}/bundles"
            accepted = portal.call("POST", path, json={"format": self._format})
        assert accepted.status_code == 202, accepted.text
        return str(accepted.json()["id"])

    def fetched(self, portal: Portal, bundle_id: str, deadline: Deadline) -> Outcome:
        bundle = portal.finished(f"/bundles/{bundle_id}", deadline)
        assert bundle["phase"] == "COMPLETED", bundle
        content = portal.call("GET", f"/bundles/{bundle_id}/download", deadline).content
        assert len(content) == bundle["size"]
        manifest = portal.get(f"/bundles/{bundle_id}/manifest?format=json", deadline)
        return Outcome(read_by_manifest(members_of(content), manifest["files"]), "\n".join(manifest["notes"]))


def members_of(content: bytes) -> dict[str, bytes]:
    """The files of a zip or a tar by their path inside its one folder."""
    if content[:2] == b"PK":
        return unpacked(content)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {member.name.partition("/")[2]: archive.extractfile(member).read() for member in archive}


def read_by_manifest(members: dict[str, bytes], rows: list[Json]) -> dict[str, Ended]:
    """What became of each file: the archive holds those that the manifest calls OK, and no other."""
    whole = {row["path"]: row for row in rows if row["status"] == "OK"}
    assert set(members) - TWINS == set(whole), (sorted(members), rows)
    ended = {row["uri"]: Ended(row["status"], reason=row["reason"]) for row in rows}
    for path, row in whole.items():
        ended[row["uri"]] = Ended("OK", sha256(members[path]))
        assert row["sha256"] == ended[row["uri"]].sha256, f"{path} is not what its manifest says"
    page = members[MANIFEST].decode()
    assert all(row["uri"] in page for row in rows)
    return ended


class Product1(OfFiles):
    """Each file by itself, fetched while the request waits."""

    name = "product"

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        ended = {}
        for product in wanted.products:
            answer = portal.call("GET", "/products/download", deadline, params={"uri": product.uri})
            ended[product.uri] = _ended(answer)
        return Outcome(ended)


_CODES = {
    "archive_refused": CLOSED,
    "not_found": GONE,
    "archive_unavailable": BROKEN,
    "archive_timed_out": BROKEN,
    "archive_error": BROKEN,
}


def _ended(answer: httpx.Response) -> Ended:
    if answer.status_code == 200:
        return Ended("OK", sha256(answer.content))
    return Ended(_CODES.get(code_of(answer), f"{answer.status_code} {code_of(answer)}"), "", answer.text)


class Script(OfFiles):
    """The cURL script, run by bash; started again once where it reports gaps, as it says itself."""

    def __init__(self, origin: str) -> None:
        self.name, self._origin = f"script-{origin}", origin
        self.knows_sums = origin == "portal"

    def expects(self, wrong: Wrong, times: int | None) -> str:
        """What happens once is over when it is started again; it has one word for all gaps."""
        return OK if OK in (wrong.always, times and OK) else BROKEN

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        with wanted.lock:
            select(portal, wanted)
            answer = deadline.wait(lambda: self._script(portal, wanted), "a script")
        (folder / "fetch.sh").write_text(answer)
        for said_before in ("", "C"):
            done = subprocess.run(
                ["bash", "fetch.sh"],
                input=said_before,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=max(1, deadline.left_s),
                env={"PATH": "/usr/bin:/bin", "MAST_API_TOKEN": "", "MASTPORTAL_KEY": portal.key},
            )
            if done.returncode == 0:
                break
        return Outcome(dict(_on_disk(wanted.products, folder, done.stdout + done.stderr)), answer)

    def _script(self, portal: Portal, wanted: Wanted) -> str:
        answer = portal.call("GET", f"/baskets/{wanted.basket}/script", params={"from": self._origin})
        return answer.text if answer.status_code == 200 else ""


def _on_disk(products: tuple[Product, ...], folder: Path, said: str) -> Iterator[tuple[str, Ended]]:
    """Files by their names below `folder`; of one that is not there, the program's report must speak."""
    for product in products:
        found = list(folder.rglob(product.name))
        if found:
            yield product.uri, Ended("OK", sha256(found[0].read_bytes()))
        elif product.uri in said.rpartition("could not be fetched")[2]:
            yield product.uri, Ended(BROKEN, "", "The script says that it could not be fetched.")


WAYS: dict[str, Way] = {
    way.name: way for way in (Bundle("zip"), Bundle("tar"), Product1(), Script("archive"))
}
