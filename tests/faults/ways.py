"""The ways out of the portal, each as one small class: it takes files and says what became of each."""

import hashlib
import io
import json
import tarfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from tests.acceptance.journey import unpacked
from tests.faults.portal import ROOT, Deadline, Json, Portal, code_of, says_when
from tests.faults.supply import Supply, Wanted
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
    """One way out; `sees` says of which faults it can notice anything."""

    name: str

    def sees(self, wrong: Wrong) -> bool: ...
    def expects(self, wrong: Wrong, times: int | None) -> set[str]: ...

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

    def sees(self, wrong: Wrong) -> bool:
        return True

    def expects(self, wrong: Wrong, times: int | None) -> set[str]:
        """The statuses that a file with this fault may end with."""
        return {wrong.always if times is None else wrong.once}

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
        return read_by_manifest(members_of(content), manifest)


def members_of(content: bytes) -> dict[str, bytes]:
    """The files of a zip or a tar by their path inside its one folder."""
    if content[:2] == b"PK":
        return unpacked(content)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {member.name.partition("/")[2]: archive.extractfile(member).read() for member in archive}


def read_by_manifest(members: dict[str, bytes], manifest: Json) -> Outcome:
    """What became of each file: the archive holds those that the manifest calls OK, and no other."""
    rows = manifest["files"]
    whole = {row["path"]: row for row in rows if row["status"] == "OK"}
    assert set(members) - TWINS == set(whole), (sorted(members), rows)
    ended = {row["uri"]: Ended(row["status"], reason=row["reason"]) for row in rows}
    for path, row in whole.items():
        ended[row["uri"]] = Ended("OK", sha256(members[path]))
        assert row["sha256"] == ended[row["uri"]].sha256, f"{path} is not what its manifest says"
    page = members[MANIFEST].decode()
    assert all(row["uri"] in page for row in rows)
    return Outcome(ended, "\n".join(manifest["notes"]))


class Streamed(OfFiles):
    """A basket streamed while its files come; its manifest is the last thing in it."""

    def __init__(self, format: str) -> None:
        self.name, self._format = f"stream-{format}", format

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        return of_stream(deadline.wait(lambda: self._streamed(portal, wanted, deadline), "a stream"))

    def _streamed(self, portal: Portal, wanted: Wanted, deadline: Deadline) -> bytes:
        """Its bytes, or none when told to come back; others may select once the answer has begun."""
        path = f"{ROOT}/baskets/{wanted.basket}/download"
        with ExitStack() as selected:
            selected.enter_context(wanted.lock)
            select(portal, wanted)
            with portal.http.stream("GET", path, params={"format": self._format}) as answer:
                selected.close()
                content = answer.read()
        assert answer.status_code == 200 or says_when(answer) or code_of(answer) == "not_ready", answer.text
        return content if answer.status_code == 200 else b""


def of_stream(content: bytes) -> Outcome:
    """Read by the manifest inside."""
    members = members_of(content)
    return read_by_manifest(members, json.loads(members["MANIFEST.JSON"]))


class Observation(OfFiles):
    """The recommended files of an observation that the portal was never asked about, at once."""

    name = "observation"

    def expects(self, wrong: Wrong, times: int | None) -> set[str]:
        """Asked for again while its list comes, it may have met its fault before."""
        return super().expects(wrong, times) | ({OK} if times else set())

    def wants(self, supply: Supply) -> Wanted:
        observation, products = supply.observation()
        wish = {"obsid": observation.obsid, "search": supply.search}
        return Wanted(products, 0, wish, observation.lock)

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        path, asked = f"/observations/{wanted.wish['obsid']}/download", {"search": wanted.wish["search"]}
        done = {200, 403, 404}

        def answer() -> httpx.Response | None:
            got = portal.call("GET", path, deadline, params=asked)
            assert got.status_code in {200, 202, 409}, got.text
            return got if got.status_code in done else None

        return of_stream(deadline.wait(answer, path).content)


class Staged(Bundle):
    """A bundle laid out in the lab's folder."""

    def __init__(self) -> None:
        super().__init__("zip")
        self.name = "staging"

    def fetched(self, portal: Portal, bundle_id: str, deadline: Deadline) -> Outcome:
        portal.finished(f"/bundles/{bundle_id}", deadline)
        accepted = portal.call("POST", f"/bundles/{bundle_id}/staging")
        assert accepted.status_code == 202, accepted.text
        staging = portal.finished(f"/bundles/{bundle_id}/staging", deadline)
        assert staging["phase"] == "COMPLETED", staging
        top = Path(staging["folder"])
        members = {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        return read_by_manifest(members, portal.get(f"/bundles/{bundle_id}/manifest?format=json", deadline))


class SingleFile(OfFiles):
    """Each file by itself, fetched while the request waits."""

    name = "product"

    def take(self, portal: Portal, wanted: Wanted, deadline: Deadline, folder: Path) -> Outcome:
        ended = {}
        for product in wanted.products:
            asked = {"params": {"uri": product.uri}}
            answer = portal.call("GET", "/products/download", deadline, **asked)
            if answer.status_code == 503:  # told to come back much later: tried once more
                answer = portal.call("GET", "/products/download", deadline, **asked)
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
