"""`./run check`: format, lint, types, architecture, missing migrations, known faults of code and packages,
lock files that name a host."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from mastportal.embedded.environment import django_environment, python, read_wishes
from mastportal.embedded.family import say
from mastportal.embedded.state import CHECKOUT, State

ADDRESS = re.compile(r"https?://[^\s\"',;)]+")
LOCKS = ("requirements/*.txt", "package-lock.json", ".npmrc")


def _commands() -> dict[str, list[str]]:
    return {
        "format": python("-m", "ruff", "format", "--check", "--quiet", "."),
        "lint": python("-m", "ruff", "check", "--quiet", "."),
        "types": python("-m", "mypy"),
        "architecture": python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_architecture.py"),
        "migrations": python("manage.py", "makemigrations", "--check", "--dry-run", "-v0"),
        "bandit": python("-m", "bandit", "-q", "-ll", "-r", "mastportal", "accounts", "basket"),
    }


AUDIT_PATIENCE_S = 180
AUDITED = "requirements/base.txt"  # what runs where people are; the other locks serve tests


def audit() -> tuple[str, bool]:
    """What the advisories say of the locked packages, and whether that is a failure.

    Without a network, or behind a registry without advisories, it is not done: said, and no failure.
    """
    told = ("--disable-pip", "--require-hashes", "-r", AUDITED, "--progress-spinner", "off", "-f", "json")
    try:
        done = subprocess.run(
            python("-m", "pip_audit", *told),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=AUDIT_PATIENCE_S,
        )
        return audited(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return "not done: no database of advisories can be reached", False


def audited(packages: list[dict[str, Any]]) -> tuple[str, bool]:
    """The verdict over pip-audit's `dependencies`, each with `name` and `vulns`, or with `skip_reason`."""
    looked_up = [package for package in packages if "skip_reason" not in package]
    if not looked_up:
        return "not done: the registry that is asked has no advisories", False
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in looked_up
        for fault in package["vulns"]
    ]
    if found:
        return "\n".join(["FAILED", *found]), True
    return f"ok ({len(looked_up)} of {len(packages)} packages known)", False


def addresses_in_locks(root: Path) -> list[str]:
    """The addresses that lock files name, as `file: address`; there must be none."""
    return [
        f"{path.relative_to(root)}: {address}"
        for pattern in LOCKS
        for path in sorted(root.glob(pattern))
        for address in ADDRESS.findall(path.read_text())
    ]


def check() -> int:
    """Run every check, say which failed, return how many."""
    state = State.at(read_wishes().folder)
    # Nothing here asks a database; without a pool nothing tries to.
    env = django_environment(state, read_wishes(), {"postgres": 1, "valkey": 1}) | {"DATABASE_POOL": "0"}
    failed = []
    for name, command in _commands().items():
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
        say(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}")
        if done.returncode:
            say(done.stdout + done.stderr)
            failed.append(name)
    verdict, is_failure = audit()
    say(f"audit: {verdict}")
    named = addresses_in_locks(CHECKOUT)
    say("locks: FAILED\n" + "\n".join(named) if named else "locks: ok")
    return len(failed) + is_failure + bool(named)
