"""The commands an administrator types: a new API key, sealing all tokens again."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts import keys, tokens


def test_the_key_is_the_last_word_on_standard_output(alice, capsys):
    call_command("api_token", "alice")
    words = capsys.readouterr().out.split()
    assert keys.owner_of(words[-1]) == alice


def test_the_key_has_the_name_given(alice):
    call_command("api_token", "alice", name="night run")
    assert keys.of(alice).get().name == "night run"


def test_no_key_for_nobody(db):
    with pytest.raises(CommandError, match="no person named mallory"):
        call_command("api_token", "mallory")


def test_rotating(alice, sandbox, settings, capsys):
    tokens.store(alice, "sandbox-token-alice")
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, *settings.TOKEN_KEYS]
    call_command("rotate_keys")
    assert "1 stored tokens and 0 webhooks are" in capsys.readouterr().out
    settings.TOKEN_KEYS = [new]
    assert tokens.credential(alice) is not None


def test_rotating_without_the_old_key_fails(alice, sandbox, settings):
    tokens.store(alice, "sandbox-token-alice")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="open with none"):
        call_command("rotate_keys")
