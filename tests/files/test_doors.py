"""Stored bytes have one door: no module but those named here learns where they lie."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.test_architecture import SOURCES

# Who names the folder: those that set it, look at its disk, sweep it, or keep out of it.
KNOW_THE_FOLDER = {
    "mastportal.settings",
    "mastportal.embedded.environment",
    "mastportal.health",
    "mastportal.files.store",
    "mastportal.files.cleaning",
    "mastportal.files.adopting",
}
# Who learns a key's place: what comes in, what looks after it, what saves it and puts it back.
KNOW_THE_PLACE = {
    "mastportal.administration.backups",
    "mastportal.files.coming",
    "mastportal.files.adopting",
    "mastportal.files.reseating",
    "mastportal.files.verifying",
}
PLACES = {"path_of", "place", "facts_of", "seen_as", "quarantine", "share"}


@cache
def nodes(module: str) -> list[ast.AST]:
    """A module's syntax; nothing of one that names neither."""
    text = SOURCES[module].read_text()
    return list(ast.walk(ast.parse(text))) if "STORE_DIR" in text or "store" in text else []


def words(module: str) -> Iterator[str]:
    for node in nodes(module):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_store(module: str) -> Iterator[str]:
    """The names of `mastportal.files.store` that a module uses."""
    for node in nodes(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "store":
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "mastportal.files.store":
            yield from (alias.name for alias in node.names)


def test_only_these_know_where_bytes_lie() -> None:
    assert {module for module in SOURCES if "STORE_DIR" in set(words(module))} == KNOW_THE_FOLDER
    assert {module for module in SOURCES if PLACES & set(of_store(module))} == KNOW_THE_PLACE
