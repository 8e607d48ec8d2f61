"""The world of the matrix of rights: whose files, in which state, how each is asked for, what happens."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.models import ArchiveToken, ResearchGroup
from accounts.seal import seal
from basket import finishing, lines
from basket.models import Basket, Bundle, BundleFile, Staging
from basket.phases import Phase, Status
from basket.ways import staging
from mastportal.files import store
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.mast.fields import OBSERVATION_FIELDS, arrow_schema
from mastportal.search import keep, listed
from mastportal.search.models import ResultSet, Search
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN, observations, products
from tests.files.conftest import programme_of
from tests.files.situations import GIVEN, HIDDEN, PASSED, REFUSED, SIGN_IN, TO_COME, Situation


@dataclass(frozen=True)
class Kept:
    """A file of the archive in the module's store."""

    uri: str
    programme: str
    body: bytes
    etag: str
    facts: dict[str, Any]
    key: str

    def row(self, situation: Situation, access: str) -> StoredFile:
        """The portal's row of it."""
        known_until = timezone.now() + timedelta(minutes=5)  # as the archive's own: nobody asks whether it is
        return StoredFile.objects.create(
            data_uri=self.uri,
            phase=Phase.COMPLETED,
            key=self.key,
            access=access,
            programme=self.programme,
            release_mjd=situation.release_mjd,
            crc32=zlib.crc32(self.body),
            sha256=sha256(self.body).hexdigest(),
            etag=self.etag,
            fetched_at=known_until,
            **self.facts,
        )


def kept_files(sandbox: Sandbox) -> dict[str, dict[str, Kept]]:
    """A FITS file and a picture of a public programme, of one of Alice's and of one of Bob's."""
    found = {}
    for whose, token in (("anybody", ""), ("alice", ALICE_TOKEN), ("bob", BOB_TOKEN)):
        asked = {"obs_collection": "JWST", "dataRights": "EXCLUSIVE_ACCESS" if token else "PUBLIC"}
        asked |= {"proposal_id": programme_of(sandbox, token)} if token else {}
        rows = products(sandbox.url, observations(sandbox.url, **asked)[0]["obsid"])
        rows = [row for row in rows if row["dataRights"] == asked["dataRights"]]
        chosen = {kind: _smallest(rows, kind) for kind in (".fits", ".jpg")}
        found[whose] = {kind: _kept(sandbox, row, token) for kind, row in chosen.items()}
    return found


def _smallest(rows: list[dict[str, Any]], ending: str) -> dict[str, Any]:
    return min((row for row in rows if row["dataURI"].endswith(ending)), key=lambda row: row["size"])


def _kept(sandbox: Sandbox, row: dict[str, Any], token: str) -> Kept:
    headers = {"Authorization": f"token {token}"} if token else {}
    uri, key = row["dataURI"], sha256(row["dataURI"].encode()).hexdigest()[:32]
    address = f"{sandbox.url}/api/v0.1/Download/file"
    answer = httpx.get(address, params={"uri": uri}, headers=headers, trust_env=False).raise_for_status()
    store.place(key).write_bytes(answer.content)
    facts = store.facts_of(key)
    return Kept(uri, row["proposal_id"], answer.content, answer.headers["etag"], facts, key)


class World:
    """One situation laid out: people with tokens, stored files, a shared basket, its bundle, a preview."""

    def __init__(
        self, kept: dict[str, dict[str, Kept]], situation: Situation, people: dict[str, User]
    ) -> None:
        self.situation = situation
        self.alice = people["alice"]
        self.file, self.picture = (kept[self.situation.whose][kind] for kind in (".fits", ".jpg"))
        self._open = kept["anybody"][".jpg"]
        rows = [each.row(self.situation, self.situation.access) for each in (self.file, self.picture)]
        if self._open is not self.picture:
            rows.append(self._open.row(self.situation, Access.PUBLIC))
        for name, token in (("alice", ALICE_TOKEN), ("bob", BOB_TOKEN)):  # charlie has none
            sealed = seal(token, people[name].pk)
            ArchiveToken.objects.create(user=people[name], sealed=sealed, owner=name)
        self._list()
        self.basket = self._basket()
        self.bundle = self._bundle(rows)
        self.result = self._snapshot()

    def _list(self) -> None:
        row = {"dataURI": self.file.uri, "proposal_id": self.file.programme, "size": len(self.file.body)}
        listed.note(pa.Table.from_pylist([row | {"publicReleaseDate_mjd": self.situation.release_mjd}]))

    def _basket(self) -> Basket:
        group = ResearchGroup.objects.get(name="Demo group")
        wanted = {"preset": "everything", "filters": "", "include": [], "exclude": []}
        basket = Basket.objects.create(name="Shared", owner=self.alice, group=group, selection=wanted)
        row = {"dataURI": self.file.uri, "fileSize": len(self.file.body), "program": self.file.programme}
        released = PASSED if self.situation.access == Access.PUBLIC else self.situation.release_mjd
        lines.add_files(basket, [row | {"publicReleaseDate_mjd": released}], self.alice)
        return basket

    def _bundle(self, rows: list[StoredFile]) -> Bundle:
        bundle = Bundle.objects.create(
            owner=self.alice, group=self.basket.group, folder="MAST_X", name="X", phase=Phase.EXECUTING
        )
        for n, stored in enumerate(rows):
            facts = {"path": stored.name, "status": Status.OK, "phase": Phase.COMPLETED}
            facts |= {"access": stored.access, "size_bytes": stored.size_bytes, "sha256": stored.sha256}
            BundleFile.objects.create(
                bundle=bundle, n=n, data_uri=stored.data_uri, stored_file=stored, **facts
            )
        assert finishing.finish(bundle.pk)
        return Bundle.objects.get(pk=bundle.pk)

    def _snapshot(self) -> ResultSet:
        schema = arrow_schema(OBSERVATION_FIELDS)
        row = {"jpegURL": self.picture.uri, "proposal_id": self.picture.programme, "calib_level": 3}
        row |= {"t_obs_release": self.situation.release_mjd, "obsid": "1"}
        search = Search.objects.create(fingerprint="matrix", collection="observations", criteria={})
        result = ResultSet.objects.create(search=search, phase=Phase.COMPLETED, row_count=1)
        keep.write_chunk(result.pk, 0, pa.Table.from_pylist([row], schema=schema))
        return result

    def remembers(self, age_s: float) -> None:
        """The archive accepted Alice's token for her programme so long ago."""
        token = ArchiveToken.objects.get(user=self.alice)
        scope = StoredFile.objects.get(data_uri=self.file.uri).scope
        when = timezone.now() - timedelta(seconds=age_s)
        ReadingRight.objects.create(token=token, token_made_at=token.created_at, scope=scope, checked_at=when)

    def becomes(self, name: str, sandbox: Sandbox) -> None:
        """What happens to Alice's token, which the archive accepted before."""
        if not name.startswith("token"):
            return
        self.remembers(age_s=3601 if name in ("token expired", "token withdrawn") else 5)
        match name:
            case "token expired":
                sealed = seal("sandbox-token-expired", self.alice.pk)
                ArchiveToken.objects.filter(user=self.alice).update(sealed=sealed)
            case "token removed":
                tokens.forget(self.alice)
            case "token replaced":
                tokens.store(self.alice, BOB_TOKEN, is_another_person=True)
            case "token withdrawn" | "token withdrawn just now":
                sandbox.withdraw(ALICE_TOKEN, self.file.programme)

    def ask(self, web: Client, way: str) -> str:
        """What one person gets one way; that what is given is the right bytes is checked here."""
        answer, right = self._asked(web, way)
        if answer.status_code in (200, 202, 206, 304):
            assert right(answer)
            return GIVEN
        assert not _body(answer).startswith((self.file.body[:80], self.picture.body[:3]))
        told = {401: SIGN_IN, 302: SIGN_IN, 403: REFUSED, 502: REFUSED, 404: HIDDEN}[answer.status_code]
        return SIGN_IN if told == REFUSED and "_auth_user_id" not in web.session else told

    def _asked(self, web: Client, way: str) -> tuple[HttpResponseBase, Callable[[Any], bool]]:
        download = reverse("api-download", args=[self.bundle.pk])
        etag = f'"{self.bundle.etag}"'
        match way:
            case "file":
                url = reverse("product-download")
                return web.get(url, {"uri": self.file.uri}), lambda got: _body(got) == self.file.body
            case "preview":
                url = reverse("preview", args=[self.result.pk, 0])
                return web.get(url), lambda got: got.content == self.picture.body
            case "bundle":
                return web.get(download), lambda got: self.file.body in _body(got)
            case "range":  # of the manifest alone
                return web.get(download, headers={"Range": "bytes=0-3"}), lambda got: _body(got) == b"PK\3\4"
            case "head":
                size = str(self.bundle.size_bytes)
                return web.head(download), lambda got: (got["ETag"], got["Content-Length"]) == (etag, size)
            case "known":
                return web.get(download, headers={"If-None-Match": etag}), lambda got: got.status_code == 304
            case "staged":
                return web.post(reverse("api-staging", args=[self.bundle.pk])), self._is_staged
            case _:
                return web.get(reverse("api-script", args=[self.basket.pk])), self._is_the_script

    def _is_the_script(self, got: Any) -> bool:
        """It names each file, says of the exclusive ones that they need a token, and holds none."""
        text = got.content.decode()
        door = "exclusive" if self.situation.release_mjd == TO_COME and not self._is_public else "public"
        calls = [line.split()[:2] for line in text.splitlines() if line.startswith("fetch ")]
        return calls == [["fetch", door]] and "sandbox-token" not in text

    def _is_staged(self, got: Any) -> bool:
        """Restricted files only into a folder private to one person; what is public is for the lab."""
        is_private = StoredFile.objects.filter(access=Access.RESTRICTED).exists()
        asked = Staging.objects.get(bundle=self.bundle)
        staging.lay_out(asked.pk)
        laid = Path(staging.address_of(asked)) / self.file.uri.rsplit("/", 1)[-1]
        mode = laid.stat().st_mode & 0o777 | laid.parent.stat().st_mode & 0o777
        right = laid.read_bytes() == self.file.body and mode == (0o700 if is_private else 0o755)
        return right and got.json()["private"] is is_private

    @property
    def _is_public(self) -> bool:
        return self.situation.access == Access.PUBLIC


def _body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
