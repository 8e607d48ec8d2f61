"""The documents say what is: settings, dependencies, commands and links are compared with the code."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page.name: page.read_text() for page in PAGES}
ADMINISTRATOR = TEXT["administrator.md"]
SOURCES = "".join(
    (ROOT / "mastportal" / name).read_text() for name in ("settings.py", "embedded/environment.py")
)
SETTINGS = sorted(set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SOURCES)))
RUN_COMMANDS = {"test", "check", "bench", "manage"}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described(name: str) -> None:
    assert f"`{name}`" in ADMINISTRATOR


def test_every_described_setting_exists() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)`", ADMINISTRATOR, re.MULTILINE))
    known = set(SETTINGS) | set(re.findall(r"\"([A-Z_]{4,})\"", SOURCES))
    assert not described - known


def requirements() -> list[str]:
    lines = [
        line for f in ("base", "dev") for line in (ROOT / f"requirements/{f}.in").read_text().splitlines()
    ]
    names = [re.match(r"[\w-]+", line) for line in lines if not line.startswith(("#", "-"))]
    return [name[0] for name in names if name]


@pytest.mark.parametrize("name", requirements())
def test_every_dependency_says_why(name: str) -> None:
    assert re.search(rf"^\|[^|]*\b{re.escape(name)}\b", TEXT["dependencies.md"], re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_run_exist(page: Path) -> None:
    named = set(re.findall(r"\./run (\w+)", page.read_text()))
    assert named <= RUN_COMMANDS | {"is"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_management_commands_exist(page: Path) -> None:
    named = set(re.findall(r"(?:run manage|manage\.py) (\w+)", page.read_text()))
    assert named <= set(get_commands())


def test_the_changelog_names_the_version_first() -> None:
    first = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first
    assert f"mastportal:{first[1]}" in (ROOT / "docker-compose.yml").read_text()
