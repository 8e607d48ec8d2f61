"""A polite look at an archive before it is relied on: one line for each thing the portal needs of it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from mastportal.mast.adapter import ArchiveAdapter, mount
from mastportal.mast.client import MastClient
from mastportal.mast.connection import Archive, Credential
from mastportal.mast.criteria import Criteria, parse_question
from mastportal.mast.errors import ArchiveError, NotFound
from mastportal.mast.transfer import fetch

QUESTION = {"collection": "observations", "target": "m57 r=1m"}
SMALL_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: what was tried, whether it is as the portal needs it, and what was seen."""

    what: str
    ok: bool
    found: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.what}: {self.found}"


@dataclass(slots=True)
class _Findings:
    """What later steps need of earlier ones."""

    criteria: Criteria = field(default_factory=lambda: parse_question(QUESTION))
    uri: str = ""
    size_bytes: int | None = None


def archive_check(archive: Archive, credential: Credential | None = None) -> Iterator[Line]:
    """Asks one question of each kind and fetches one small public file; a failed step is a line too.

    Steps whose ground is missing are skipped, so a dead archive gives one line.
    """
    client, findings = MastClient(archive), _Findings()
    steps: list[tuple[str, Callable[[], str]]] = [
        ("name resolver", lambda: _resolve(client, findings)),
        ("count", lambda: f"{client.count(findings.criteria):,} observations at M 57"),
        ("product list", lambda: _products(client, findings)),
        ("small file", lambda: _small_file(archive, findings)),
        ("byte ranges", lambda: _ranges(archive, findings)),
        ("entity tag", lambda: _entity_tag(archive, findings)),
        (
            "clock",
            lambda: (
                f"the archive's date is {client.last_date}" if client.last_date else _no("no Date header")
            ),
        ),
    ]
    if credential is not None:
        steps.append(("token", lambda: _token(archive, credential)))
    for number, (what, step) in enumerate(steps):
        try:
            yield Line(what, True, step())
        except ArchiveError as error:
            yield Line(what, False, str(error))
            if number == 0 and not isinstance(error, NotFound):
                return


def _no(sentence: str) -> str:
    raise NotFound(sentence)


def _resolve(client: MastClient, findings: _Findings) -> str:
    place = client.resolve("m57")
    findings.criteria = findings.criteria.located(place)
    return f"M 57 is at {place.ra_deg:.4f} {place.dec_deg:+.4f} ({place.resolver})"


def _products(client: MastClient, findings: _Findings) -> str:
    """The product list of one public JWST image; remembers its smallest public file."""
    rows = [row for table in client.pages(findings.criteria) for row in table.to_pylist()]
    public = [row for row in rows if row["dataRights"] == "PUBLIC" and (row["calib_level"] or 0) > 1]
    if not public:
        return _no("no public observation of M 57 to list the products of")
    products = client.products(public[0]["obsid"]).to_pylist()
    small = min(filter(_is_small, products), key=lambda row: row["size"], default=None)
    if small is not None:
        findings.uri, findings.size_bytes = small["dataURI"], small["size"]
    return f"{len(products):,} products of {public[0]['obs_id']}"


def _is_small(product: dict[str, Any]) -> bool:
    at_archive = (product["dataURI"] or "").startswith("mast:") and product["dataRights"] == "PUBLIC"
    return at_archive and (product["size"] or SMALL_BYTES) < SMALL_BYTES


def _small_file(archive: Archive, findings: _Findings) -> str:
    if not findings.uri:
        return _no("no small public file was listed")
    with tempfile.TemporaryDirectory() as folder:
        got = fetch(archive, findings.uri, Path(folder) / "probe", expected_size_bytes=findings.size_bytes)
    return f"{findings.uri.rsplit('/', 1)[-1]}, {got.size_bytes:,} bytes as listed"


def _ranges(archive: Archive, findings: _Findings) -> str:
    response = _head_of_file(archive, findings)
    if response.status_code != 206:
        return _no(
            f"a Range request was answered with status {response.status_code}; broken downloads start over"
        )
    return f"partial answers come ({response.headers.get('Content-Range', 'without Content-Range')})"


def _entity_tag(archive: Archive, findings: _Findings) -> str:
    headers = _head_of_file(archive, findings).headers
    known = [f"{name} {headers[name]}" for name in ("ETag", "Last-Modified") if name in headers]
    return ", ".join(known) or _no(
        "neither ETag nor Last-Modified; a reprocessed file shows by its size only"
    )


def _head_of_file(archive: Archive, findings: _Findings) -> requests.Response:
    """The first 100 bytes of the small file, asked for with Range."""
    if not findings.uri:
        raise NotFound("no small public file was listed")
    with mount(requests.Session(), ArchiveAdapter(archive)) as session:
        url, headers = archive.url("/api/v0.1/Download/file"), {"Range": "bytes=0-99"}
        return session.get(url, params={"uri": findings.uri}, headers=headers)


def _token(archive: Archive, credential: Credential) -> str:
    identity = MastClient(archive, credential).whoami()
    if identity.anonymous:
        return _no("the archive does not know this token")
    return f"belongs to {identity.owner}, scopes {', '.join(identity.scopes) or 'none'}"
