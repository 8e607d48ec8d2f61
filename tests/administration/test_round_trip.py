"""A portal backed up and restored in a second state folder: tokens open, bundles are the same bytes."""

import json
import os
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from accounts import tokens
from accounts.models import ArchiveToken
from mastportal.administration import backups
from mastportal.administration.backups import NotRestored
from mastportal.embedded import postgres
from mastportal.embedded.environment import python
from mastportal.embedded.state import CHECKOUT, State
from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.conftest import listed as listed
from tests.files.conftest import secret as secret
from tests.files.running import Row, accepted, bundle_of, stored
from tests.people import client_of
from tests.started import OURS

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
# What the restored portal says of itself, in a process of its own.
LOOK = """
from hashlib import sha256
from django.contrib.auth.models import User
from django.test import Client
from accounts import vault
from accounts.audit import note
from accounts.models import AuditEntry
alice = User.objects.get(username="alice")
client = Client(headers={"host": "127.0.0.1"})
client.force_login(alice)
answer = client.get("ADDRESS")
body = b"".join(answer.streaming_content) if answer.status_code == 200 else b""
print("token", sha256(vault.opened(alice).credential._reveal().encode()).hexdigest())
print("bundle", answer.status_code, sha256(body).hexdigest())
try:
    AuditEntry.objects.all().delete()
except Exception as error:
    print("audit", "append-only" in str(error))
"""


class Second:
    """Another state folder, of which only the commands are run."""

    def __init__(self, folder: Path, archive_url: str) -> None:
        self.folder = folder
        own = {
            "PORTAL_DATA": str(folder),
            "SANDBOX_PORT": archive_url.rpartition(":")[2],
            "ARCHIVE": "sandbox",
        }
        self._env = {name: value for name, value in os.environ.items() if name not in OURS} | own

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = python("-m", "mastportal.embedded", "manage", *words)
        return subprocess.run(
            command, env=self._env, cwd=CHECKOUT, capture_output=True, text=True, timeout=280
        )

    @property
    def secrets(self) -> dict[str, str]:
        return dict(json.loads((self.folder / "secrets.json").read_text()))


@pytest.fixture
def backup(settings: object, tmp_path: Path, alice: User, sandbox: Sandbox) -> Path:
    tmp_path.chmod(0o711)
    state = State.at(tmp_path / "first")
    settings.STORE_DIR = tmp_path / "first" / "store"  # type: ignore[attr-defined]
    settings.POSTGRES_BIN = str(postgres.binaries(state))  # type: ignore[attr-defined]
    tokens.store(alice, ALICE_TOKEN)
    return tmp_path / "portal.backup"


def test_the_restored_portal_is_the_old_one(
    backup: Path, tmp_path: Path, alice: User, secret: list[Row], sandbox: Sandbox
) -> None:
    file = stored(secret[0], 3_000_000)
    bundle = bundle_of(alice, file)
    accepted(alice, file)
    address = reverse("api-download", args=[bundle.pk])
    before = b"".join(client_of(alice).get(address).streaming_content)
    call_command("backup", str(backup), store=True)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert ALICE_TOKEN.encode() not in backup.read_bytes()

    second = Second(tmp_path / "second", sandbox.url)
    done = second.manage("restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "Of the store 1 files are here." in done.stdout
    assert second.secrets["TOKEN_KEYS"] == ",".join(portal.TOKEN_KEYS)
    assert second.secrets["SECRET_KEY"] == portal.SECRET_KEY
    told = second.manage("shell", "--no-imports", "-c", LOOK.replace("ADDRESS", address))
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-3:] == [
        f"token {sha256(ALICE_TOKEN.encode()).hexdigest()}",
        f"bundle 200 {sha256(before).hexdigest()}",
        "audit True",
    ]
    kept = second.secrets
    again = second.manage("restore", str(backup))
    assert again.returncode == 1
    assert "has people already" in again.stderr
    assert second.secrets == kept


def test_what_cannot_be_restored_changes_nothing(backup: Path, settings: object, tmp_path: Path) -> None:
    call_command("backup", str(backup))
    whole = backup.read_bytes()
    cut = tmp_path / "cut.backup"
    cut.write_bytes(whole[: len(whole) // 2])
    second = Second(tmp_path / "second", portal.ARCHIVE_URL)
    for wrong in (cut, tmp_path / "missing"):
        assert second.manage("restore", str(wrong)).returncode == 1
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(NotRestored, match="has other keys"):
        backups.restore(backup, replace=True)
    call_command("restore", str(backup), keys=tmp_path / "keys")
    assert (tmp_path / "keys" / "token_keys").read_text().strip() == ",".join(portal.TOKEN_KEYS)
    assert ArchiveToken.objects.exists()
