"""A slow reader at the real web server: what is on its way when a right ends is bounded."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings as portal_settings
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from accounts import keys, tokens
from mastportal.embedded.state import CHECKOUT, free_port
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.running import MIB, SIZE, Row, accepted, bundle_of, stored
from tests.waiting import wait_until


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
