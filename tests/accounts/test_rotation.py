"""The keys that seal tokens are replaced while the portal runs: old and new both open, nobody restarts."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from accounts import tokens
from accounts.models import ArchiveToken
from mastportal import keyring
from tests.archive import Sandbox

pytestmark = pytest.mark.django_db
GOOD = "sandbox-token-alice"


@pytest.fixture(params=["json", "list"])
def kept_in(request: pytest.FixtureRequest, settings, tmp_path: Path) -> Path:
    """A file with one key, as `./run` keeps it, and as a container's secret is."""
    key = Fernet.generate_key().decode()
    path = tmp_path / "keys"
    path.write_text(
        json.dumps({"SECRET_KEY": "s", "TOKEN_KEYS": key}) if request.param == "json" else f"{key}\n"
    )
    settings.TOKEN_KEYS_KEPT_IN, settings.TOKEN_KEYS = str(path), ["the one of the start"]
    return path


def works(alice: User) -> bool:
    """A running process opens the token, and seals a new one that opens."""
    opens = tokens.credential(alice)
    tokens.store(alice, GOOD)
    again = tokens.credential(alice)
    return bool(opens and again and opens._reveal() == again._reveal() == GOOD)


def test_round_about(alice: User, sandbox: Sandbox, kept_in: Path, capsys) -> None:
    (first,) = keyring.keys()
    tokens.store(alice, GOOD)
    keyring.add_new()
    assert keyring.keys()[1:] == [first]
    assert works(alice), "before anything is sealed again"
    call_command("rotate_keys")
    assert works(alice)
    call_command("rotate_keys", "--new", "--drop-old")
    assert len(keyring.keys()) == 1
    assert first not in kept_in.read_text()
    assert works(alice)
    assert "2 older keys were dropped" in capsys.readouterr().out
    assert kept_in.stat().st_mode & 0o077 == 0
    if kept_in.read_text().startswith("{"):
        assert json.loads(kept_in.read_text())["SECRET_KEY"] == "s", "other secrets stay"


def test_what_was_sealed_meanwhile_is_not_lost(
    alice: User, bob: User, sandbox: Sandbox, kept_in: Path
) -> None:
    tokens.store(alice, GOOD)
    (old,) = keyring.keys()
    keyring.add_new()
    tokens.rotate()
    late = Fernet(old).encrypt(json.dumps({"user": alice.pk, "token": GOOD}).encode())
    ArchiveToken.objects.update(sealed=late)  # by a process that had just read the old key
    call_command("rotate_keys", "--drop-old")
    assert tokens.credential(alice)._reveal() == GOOD
    assert len(keyring.keys()) == 1


def test_keys_of_the_environment_are_changed_there(settings) -> None:
    settings.TOKEN_KEYS_KEPT_IN = ""
    with pytest.raises(CommandError, match="comes from the environment"):
        call_command("rotate_keys", "--new")


def test_a_file_that_cannot_be_written_says_so(settings, tmp_path: Path) -> None:
    settings.TOKEN_KEYS_KEPT_IN = str(tmp_path / "nothing" / "here")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("rotate_keys", "--new")


def test_a_file_that_is_gone_leaves_the_keys_that_were_read(kept_in: Path) -> None:
    keys = keyring.keys()
    kept_in.unlink()
    assert keyring.keys() == keys


def test_a_token_removed_while_all_are_sealed_again(alice: User, sandbox: Sandbox, kept_in: Path) -> None:
    tokens.store(alice, GOOD)
    tokens.forget(alice)
    assert tokens.rotate() == (0, 0)
