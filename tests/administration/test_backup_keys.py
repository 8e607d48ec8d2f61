"""A backup takes the keys by the one way there is: as they are now, also if they changed since the start."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from mastportal import keyring
from mastportal.administration import backups
from tests.administration.test_backup_file import about_in


@pytest.mark.django_db
def test_keys_made_while_the_portal_runs_are_in_its_backup(settings: Any, tmp_path: Path) -> None:
    at_the_start, kept = Fernet.generate_key().decode(), tmp_path / "token_keys"
    kept.write_text(f"{at_the_start}\n")
    settings.TOKEN_KEYS, settings.TOKEN_KEYS_KEPT_IN = [at_the_start], str(kept)
    keyring.add_new()
    about = backups.make(tmp_path / "portal.backup", with_store=False)
    told, keys = about_in(tmp_path / "portal.backup")
    assert told == about
    assert keys["TOKEN_KEYS"].split(",") == keyring.keys()
    assert len(keyring.keys()) == 2
