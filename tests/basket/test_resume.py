"""A bundle from real web servers: broken off and gone on with, in parts at once, from either of two."""

import hashlib
import os
import random
import secrets
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.contrib.auth.models import User
from isal import isal_zlib

from accounts import keys
from basket import finishing
from basket.models import Bundle, BundleFile
from basket.phases import Access, Phase, Status
from mastportal.files import store
from mastportal.files.models import StoredFile
from tests.basket.web_servers import WebServer

pytestmark = pytest.mark.django_db(transaction=True)
WHEN = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
SIZES = (3_000_001, 0, 1_048_576, 2_345_678)


@pytest.fixture(scope="module")
def servers(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[WebServer]]:
    """Two web servers that share nothing but database and store."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        started = [WebServer(tmp_path_factory.mktemp(f"web{n}") / "log") for n in range(2)]
    for server in started:
        server.wait_ready()
    yield started
    for server in started:
        server.stop()


class Downloads:
    """A complete bundle of stored files, and a client's way to it."""

    def __init__(self, owner: User, servers: list[WebServer], folder: Path, format: str) -> None:
        self.servers, self.folder = servers, folder
        _, key = keys.make(owner, "script")
        self.header = folder / "header"
        self.header.write_text(f"Authorization: Token {key}\n")
        self.headers = {"Authorization": f"Token {key}"}
        self.bundle = Bundle.objects.create(
            name="b", owner=owner, folder="MAST_x", format=format, phase=Phase.EXECUTING
        )
        for n, size in enumerate(SIZES):
            self._put(n, random.Random(n).randbytes(size))
        assert finishing.finish(self.bundle.pk)
        self.bundle.refresh_from_db()

    def _put(self, n: int, content: bytes) -> None:
        key = secrets.token_hex(32)
        store.place(key).write_bytes(content)
        stored = StoredFile.objects.create(
            data_uri=f"mast:JWST/product/file{n}_cal.fits",
            key=key,
            phase=Phase.COMPLETED,
            access=Access.PUBLIC,
            crc32=isal_zlib.crc32(content),
            sha256=hashlib.sha256(content).hexdigest(),
            last_modified=WHEN,
            **store.facts_of(key),
        )
        BundleFile.objects.create(
            bundle=self.bundle,
            n=n,
            data_uri=stored.data_uri,
            path=f"JWST/o{n}/{stored.name}",
            access=Access.PUBLIC,
            status=Status.OK,
            phase=Phase.COMPLETED,
            stored_file=stored,
            size_bytes=len(content),
            sha256=stored.sha256,
        )

    def url(self, server: int = 0) -> str:
        return f"{self.servers[server].url}/api/v1/bundles/{self.bundle.pk}/download"

    def get(self, server: int = 0, **headers: str) -> httpx.Response:
        return httpx.get(self.url(server), headers=self.headers | headers, trust_env=False, timeout=30)

    def curl(self, out: Path, *options: str, server: int = 0, most_bytes: int | None = None) -> int:
        """Its exit code; it dies where its file would become longer than `most_bytes`."""
        argv = ["curl", "-sSf", "-H", f"@{self.header}", "-o", str(out), *options, self.url(server)]
        limit = [] if most_bytes is None else ["prlimit", f"--fsize={most_bytes}"]
        return subprocess.run([*limit, *argv], capture_output=True).returncode


@pytest.fixture
def made(
    alice: User, servers: list[WebServer], tmp_path: Path, settings: object
) -> Callable[[str], Downloads]:
    return lambda format: Downloads(alice, servers, tmp_path, format)


def cut_and_gone_on(downloads: Downloads, times: int) -> Path:
    """The bundle by `curl -C -`, killed at so many random offsets, from one server and the other."""
    out = downloads.folder / "resumed"
    size = downloads.bundle.size_bytes
    cuts = sorted(random.Random(times).sample(range(1, size), times))
    for n, cut in enumerate(cuts):
        assert downloads.curl(out, "-C", "-", server=n % 2, most_bytes=cut) != 0
        assert out.stat().st_size == cut
    assert downloads.curl(out, "-C", "-") == 0
    return out


def accepted_by_all(archive: Path, format: str) -> bool:
    """unzip, bsdtar and Python's own readers read every byte."""
    commands = [["bsdtar", "-xOf", str(archive)]] + (
        [["unzip", "-tq", str(archive)]] if format == "zip" else []
    )
    for command in commands:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if format == "zip":
        with zipfile.ZipFile(archive) as opened:
            return opened.testzip() is None and len(opened.namelist()) == len(SIZES) + 4
    with tarfile.open(archive) as opened_tar:
        return sum(len(opened_tar.extractfile(member).read()) for member in opened_tar) > sum(SIZES)  # type: ignore[union-attr]


@pytest.mark.parametrize("format", ["zip", "tar"])
def test_cut_and_gone_on_with_it_is_the_same_archive(made: Callable[[str], Downloads], format: str) -> None:
    downloads = made(format)
    whole = downloads.get().content
    assert len(whole) == downloads.bundle.size_bytes
    archive = cut_and_gone_on(downloads, 6)
    assert archive.read_bytes() == whole == downloads.get(1).content
    assert accepted_by_all(archive, format)


@pytest.mark.long
@pytest.mark.parametrize("format", ["zip", "tar"])
def test_cut_a_hundred_times_it_is_the_same_archive(made: Callable[[str], Downloads], format: str) -> None:
    downloads = made(format)
    assert cut_and_gone_on(downloads, 100).read_bytes() == downloads.get().content


def test_over_eight_connections_it_is_the_same_archive(made: Callable[[str], Downloads]) -> None:
    downloads = made("zip")
    config = downloads.folder / "aria2.conf"
    config.write_text(f"header={downloads.header.read_text()}")
    command = ["aria2c", f"--conf-path={config}", "-x8", "-s8", "--min-split-size=1M", "--quiet"]
    command += ["--enable-dht=false", "-d", str(downloads.folder), "-o", "parts.zip", downloads.url()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    archive = downloads.folder / "parts.zip"
    assert archive.read_bytes() == downloads.get(1).content
    assert accepted_by_all(archive, "zip")


def test_what_is_said_of_it_is_the_same_everywhere(made: Callable[[str], Downloads]) -> None:
    downloads = made("zip")
    heads = [httpx.head(downloads.url(n), headers=downloads.headers, trust_env=False) for n in range(2)]
    told = [
        {name: head.headers[name] for name in ("ETag", "Content-Length", "Accept-Ranges")} for head in heads
    ]
    assert told[0] == told[1]
    assert told[0]["ETag"] == f'"{downloads.bundle.etag}"'
    assert heads[0].content == b""
    same, other = (
        downloads.get(1, Range="bytes=7-", **{"If-Range": tag}) for tag in (told[0]["ETag"], '"x"')
    )
    assert (same.status_code, other.status_code) == (206, 200)
    assert same.content == other.content[7:]


def test_what_was_stored_at_the_end_stays_whatever_is_done_afterwards(
    made: Callable[[str], Downloads],
) -> None:
    """Another name, another description, a second end: the archive is the one it was."""
    downloads = made("zip")
    before = downloads.get()
    BundleFile.objects.filter(bundle=downloads.bundle).update(description="changed", error="changed")
    StoredFile.objects.update(last_modified=None)
    assert not finishing.finish(downloads.bundle.pk)
    after = downloads.get(1)
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


def broken(downloads: Downloads) -> tuple[int, int]:
    """What a download of all of it came to: curl's exit code, bytes."""
    out = downloads.folder / "broken"
    out.unlink(missing_ok=True)
    code = downloads.curl(out)
    return code, out.stat().st_size if out.exists() else 0


def test_a_stored_file_that_rotted_breaks_the_transfer(made: Callable[[str], Downloads]) -> None:
    """Same size, same time, same inode: the CRC-32 tells, before the member's last byte has left."""
    downloads = made("zip")
    path = store.path_of(downloads.bundle.files.get(n=3).stored_file.key)
    seen = path.stat()
    with path.open("r+b") as out:
        out.seek(SIZES[3] - 100)
        out.write(b"rot")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    code, got = broken(downloads)
    assert code == 18, "curl: transfer closed with outstanding read data remaining"
    assert sum(SIZES[:3]) < got < downloads.bundle.size_bytes


def test_a_stored_file_that_was_changed_is_not_even_opened(made: Callable[[str], Downloads]) -> None:
    downloads = made("tar")
    path = store.path_of(downloads.bundle.files.get(n=2).stored_file.key)
    path.write_bytes(path.read_bytes())
    code, got = broken(downloads)
    assert code == 18
    assert SIZES[0] < got < SIZES[0] + SIZES[2]
