"""Settings are read by kind and fail loudly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mastportal import env


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sealed")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert env.text("SOME_KEY") == "sealed"


def test_a_lease_is_no_shorter_than_the_silence_it_bears() -> None:
    env = os.environ | {"LEASE_S": "59", "STALL_S": "60"}
    command = [sys.executable, "-c", "import mastportal.settings"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "LEASE_S is less than STALL_S" in done.stderr


def test_what_has_no_default_must_be_set() -> None:
    with pytest.raises(ImproperlyConfigured, match="NOT_SET_ANYWHERE"):
        env.text("NOT_SET_ANYWHERE")


def test_a_number_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWS", "many")
    with pytest.raises((ImproperlyConfigured, ValueError)):
        env.integer("ROWS", 5)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("off", False), ("0", False)])
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("FLAG", text)
    assert env.flag("FLAG") is value


def test_words_are_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example , ,b.example")
    assert env.words("HOSTS") == ["a.example", "b.example"]


def test_folders_are_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "some/where")
    assert env.folder("PLACE", Path("x")).is_absolute()
