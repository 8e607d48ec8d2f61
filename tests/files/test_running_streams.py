"""A running download of restricted bytes: it breaks within the next MiB once what it stands on is gone."""

import os
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as portal_settings
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import keys, tokens
from accounts.models import ArchiveToken, Membership, ResearchGroup
from accounts.seal import seal
from basket import finishing
from basket.models import Bundle, BundleFile
from basket.phases import Phase, Status
from mastportal.embedded.state import CHECKOUT, free_port
from mastportal.files import store
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.files.streaming import RightEnded
from mastportal.mast.errors import Unavailable
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.test_api import note
from tests.people import client_of
from tests.waiting import wait_until

MIB = 1 << 20
SIZE = 6 * MIB + 17
Row = dict[str, Any]


def stored(row: Row, size: int = SIZE, access: str = Access.RESTRICTED) -> StoredFile:
    """A file of this product's name in the store, of the given size."""
    key = sha256(row["dataURI"].encode()).hexdigest()[:32]
    body = (bytes(range(251)) * (size // 251 + 1))[:size]
    store.place(key).write_bytes(body)
    note(row | {"size": size})
    return StoredFile.objects.create(
        data_uri=row["dataURI"],
        phase=Phase.COMPLETED,
        key=key,
        access=access,
        programme=row["proposal_id"],
        release_mjd=99_999.0,
        crc32=zlib.crc32(body),
        sha256=sha256(body).hexdigest(),
        fetched_at=timezone.now() + timedelta(minutes=5),  # so nobody asks whether it is still the archive's
        **store.facts_of(key),
    )


def accepted(person: User, file: StoredFile) -> None:
    """The archive has just given it to this person's token."""
    token = ArchiveToken.objects.get(user=person)
    ReadingRight.objects.update_or_create(
        token=token, scope=file.scope, defaults={"token_made_at": token.created_at}
    )


def ran_out() -> None:
    """The archive said so more than an hour ago."""
    ReadingRight.objects.update(checked_at=timezone.now() - timedelta(seconds=3601))


def bundle_of(owner: User, file: StoredFile) -> Bundle:
    group = ResearchGroup.objects.get(name="Demo group")
    bundle = Bundle.objects.create(owner=owner, group=group, folder="MAST_X", phase=Phase.EXECUTING)
    facts = {"status": Status.OK, "phase": Phase.COMPLETED, "access": file.access, "size_bytes": SIZE}
    BundleFile.objects.create(
        bundle=bundle, n=0, data_uri=file.data_uri, path=file.name, stored_file=file, **facts
    )
    assert finishing.finish(bundle.pk)
    return Bundle.objects.get(pk=bundle.pk)


def running(person: User, address: str, **query: str) -> Iterator[bytes]:
    """The pieces of a download of which the first has left already."""
    answer = client_of(person).get(address, query)
    assert answer.status_code == 200
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    return pieces


CHANGES: dict[str, Callable[[User, Bundle, Sandbox], object]] = {
    "token removed": lambda person, _bundle, _sandbox: tokens.forget(person),
    "token replaced": lambda person, _bundle, _sandbox: tokens.store(person, ALICE_TOKEN),
    "token expired": lambda person, _bundle, _sandbox: (ran_out(), expired(person)),
    "right withdrawn": lambda _person, _bundle, sandbox: (ran_out(), withdrawn(sandbox)),
    "refused to another request": lambda _person, _bundle, sandbox: (
        ReadingRight.objects.all().delete(),
        withdrawn(sandbox),
    ),
    "account closed": lambda person, _bundle, _sandbox: User.objects.filter(pk=person.pk).update(
        is_active=False
    ),
    "left the group": lambda person, _bundle, _sandbox: Membership.objects.filter(user=person).delete(),
    "bundle removed": lambda _person, bundle, _sandbox: Bundle.objects.filter(pk=bundle.pk).delete(),
}


def expired(person: User) -> None:
    """The archive no longer knows the token."""
    sealed = seal("sandbox-token-expired", person.pk)
    ArchiveToken.objects.filter(user=person).update(sealed=sealed)


def withdrawn(sandbox: Sandbox) -> None:
    programmes = next(each["programs"] for each in sandbox.tokens() if each["token"] == ALICE_TOKEN)
    sandbox.withdraw(ALICE_TOKEN, *programmes)


@pytest.fixture
def reader(sandbox: Sandbox, bob: User) -> Iterator[User]:
    """Bob, a member of Alice's group, here with a token that opens the programme; given back afterwards."""
    tokens.store(bob, ALICE_TOKEN)
    yield bob
    sandbox.withdraw(ALICE_TOKEN)


@pytest.mark.django_db
@pytest.mark.parametrize("what", CHANGES)
def test_a_bundle_breaks_off(
    what: str, sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle.pk]))
    CHANGES[what](reader, bundle, sandbox)
    left: list[int] = []
    with pytest.raises(RightEnded):
        left.extend(map(len, pieces))
    assert sum(left) <= MIB


@pytest.mark.django_db
def test_one_file_breaks_off_too(secret: list[Row], reader: User) -> None:
    file = stored(secret[0])
    accepted(reader, file)
    pieces = running(reader, reverse("product-download"), uri=file.data_uri)
    tokens.forget(reader)
    with pytest.raises(RightEnded):
        b"".join(pieces)


@pytest.mark.django_db
def test_a_right_that_ran_out_is_asked_for_again_and_the_download_goes_on(
    sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    answer = client_of(reader).get(reverse("api-download", args=[bundle.pk]))
    pieces = iter(answer.streaming_content)
    first = next(pieces)
    ran_out()
    mark = sandbox.mark()
    assert len(first) + sum(map(len, pieces)) == bundle.size_bytes
    asked = [(entry["method"], entry["who"]) for entry in sandbox.log(mark) if entry["uri"]]
    assert asked == [("HEAD", ""), ("HEAD", "alice")]


@pytest.mark.django_db
def test_an_archive_that_cannot_be_asked_ends_a_right_that_ran_out(
    sandbox: Sandbox, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0])
    bundle = bundle_of(alice, file)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle.pk]))
    ran_out()
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 503, "times": 50})
    with pytest.raises(Unavailable):
        b"".join(pieces)


@pytest.mark.django_db
@pytest.mark.parametrize(("access", "looks"), [(Access.PUBLIC, 0), (Access.RESTRICTED, 7)])
def test_restricted_bytes_are_looked_at_once_a_mebibyte(
    access: str, looks: int, secret: list[Row], alice: User, reader: User
) -> None:
    file = stored(secret[0], access=access)
    accepted(reader, file)
    pieces = running(reader, reverse("api-download", args=[bundle_of(alice, file).pk]))
    with CaptureQueriesContext(connection) as asked:
        assert sum(map(len, pieces)) > 5 * MIB
    assert sum("files_readingright" in query["sql"] for query in asked) == looks
    assert sum("accounts_membership" in query["sql"] for query in asked) == looks


@contextmanager
def gunicorn(store_dir: Path, log: Path) -> Iterator[int]:
    """The portal's own web server on the test database: the port it answers on."""
    database, port = connection.settings_dict, free_port()
    address = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = os.environ | {"DATABASE_URL": address, "STORE_DIR": str(store_dir), "DATABASE_POOL": "1"}
    argv = [sys.executable, "-m", "gunicorn", "mastportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    argv += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    with log.open("wb") as out:
        process = subprocess.Popen(argv, env=env, cwd=CHECKOUT, stdout=out, stderr=out)
    try:
        wait_until(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/sign-in/", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.django_db(transaction=True)
def test_a_slow_download_is_cut_within_two_mebibytes(
    sandbox: Sandbox, secret: list[Row], alice: User, tmp_path: Path
) -> None:
    tokens.store(alice, ALICE_TOKEN)
    file = stored(secret[0], size=24 * MIB)
    accepted(alice, file)
    key, path = keys.make(alice, "slow")[1], reverse("api-download", args=[bundle_of(alice, file).pk])
    log = tmp_path / "web.log"
    with gunicorn(Path(portal_settings.STORE_DIR), log) as port, closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 10)
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {key}\r\n\r\n"
        client.sendall(asked.encode())
        before = _read(client, 3 * MIB)
        assert before.startswith(b"HTTP/1.1 200")
        assert len(before) >= 3 * MIB
        tokens.forget(alice)
        after = _read(client, SIZE * 10)
    assert len(after) <= 2 * MIB
    said = log.read_text()
    assert "RightEnded" in said
    assert ALICE_TOKEN not in said


def _read(client: socket.socket, most: int) -> bytes:
    """What comes until so much is here or the connection ends."""
    got = bytearray()
    while len(got) < most:
        try:
            piece = client.recv(64 << 10)
        except ConnectionResetError:
            break
        if not piece:
            break
        got += piece
    return bytes(got)
