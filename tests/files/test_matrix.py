"""The whole matrix of who may read what: four people, every state of a file and a token, every way out."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.archive import Sandbox
from tests.files.archive_products import ALICE_TOKEN
from tests.files.matrix import Kept, World, kept_files
from tests.files.situations import PEOPLE, SITUATIONS, WAYS, expected

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


@pytest.fixture
def kept(folder: Path, sandbox: Sandbox, settings: Any, files: dict[str, Any]) -> dict[str, dict[str, Kept]]:
    """The files of the archive that all cells share, in a store of their own."""
    settings.STORE_DIR, settings.STAGING_DIR = folder / "store", str(folder / "staged")
    settings.STAGING_OWNER = "portal"
    (folder / "staged").mkdir(exist_ok=True)
    if not files:
        files.update(kept_files(sandbox))
    return files


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", SITUATIONS)
def test_who_may_read_what(
    name: str,
    person: str,
    kept: dict[str, dict[str, Kept]],
    sandbox: Sandbox,
    alice: User,
    bob: User,
    charlie: User,
) -> None:
    people = {"alice": alice, "bob": bob, "charlie": charlie}
    world, web = World(kept, SITUATIONS[name], people), Client()
    if person in people:
        web.force_login(people[person])
    try:
        world.becomes(name, sandbox)
        got = {way: world.ask(web, way) for way in WAYS}
    finally:
        sandbox.withdraw(ALICE_TOKEN)
    assert got == {way: expected(person, SITUATIONS[name], way) for way in WAYS}
