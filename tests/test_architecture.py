"""Holds the house's rules: which way imports point, and how large things may grow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOTS = ("mastportal", "accounts", "basket")
FILE_LIMIT, FUNCTION_LIMIT, TEMPLATE_LIMIT, VIEW_LIMIT = 400, 60, 150, 30
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "services"}
DOOR_NAMES = {"views", "api", "tasks", "admin", "management", "urls"}

# A room may import the rooms on its own line and below; `domain` names what each app may look down to.
DOMAIN = {
    "mastportal.news": {
        "mastportal.news",
        "basket",
        "mastportal.desk",
        "mastportal.files",
        "mastportal.search",
        "accounts",
        "mastportal.outbox",
    },
    "basket": {"basket", "mastportal.files", "mastportal.search", "accounts", "mastportal.outbox"},
    "mastportal.desk": {
        "mastportal.desk",
        "basket",
        "mastportal.search",
        "mastportal.files",
        "accounts",
        "mastportal.outbox",
    },
    "mastportal.files": {"mastportal.files", "accounts"},
    "mastportal.search": {"mastportal.search", "accounts"},
    "accounts": {"accounts", "mastportal.outbox"},
    "mastportal.outbox": {"mastportal.outbox"},
}
# The direct download asks whether its URI was listed; doors stand above every app, but none needs more.
DOORS_ALSO = {"mastportal.files": {"mastportal.search"}}
PURE = {"mastportal.mast", "mastportal.sphere", "mastportal.tables"}
# Pure rooms know none but themselves, save that rows are chosen by a region of the sky.
PURE_ALSO = {"mastportal.tables": {"mastportal.sphere"}}
WIRING = {
    "mastportal.urls",
    "mastportal.celery",
    "mastportal.wsgi",
    "mastportal.health",
    "mastportal.settings",
}
# Shared by doors of every app, and by nothing else.
DOOR_TOOLS = {"mastportal.api", "mastportal.htmx", "mastportal.security"}
BELOW_ALL = {
    "mastportal.conflicts",
    "mastportal.durable",
    "mastportal.env",
    "mastportal.keyring",
    "mastportal.work",
    "mastportal.traffic",
    "mastportal.outgoing",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> dict[str, Path]:
    files = [p for root in ROOTS for p in sorted((ROOT / root).rglob("*.py")) if "migrations" not in p.parts]
    return {module_name(path): path for path in files}


SOURCES = sources()


def imported(path: Path) -> Iterator[str]:
    """Every module of ours or theirs that a file imports, imports inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            # `from package import module` needs that module, `from module import name` the one before.
            yield from (name if name in SOURCES else node.module for name in names)


def ours(path: Path) -> set[str]:
    """The modules of this project that a file imports."""
    return {name for name in imported(path) if name in SOURCES and name != "mastportal"}


def room_of(module: str) -> str:
    """The room a module belongs to: an app, a pure package, the sandbox, or the module itself."""
    parts = module.split(".")
    if parts[0] != "mastportal":
        return parts[0]
    apps = {"search", "files", "desk", "news", "outbox"}
    packages = {"mast", "sphere", "tables", "sandbox", "embedded"} | apps
    return ".".join(parts[:2]) if len(parts) > 1 and parts[1] in packages else module


def is_door(module: str) -> bool:
    return bool(set(module.split(".")[1:]) & DOOR_NAMES) and room_of(module) in DOMAIN


def allowed(module: str) -> set[str]:
    """The rooms a module may import from."""
    room = room_of(module)
    if room in PURE or room in {"mastportal.sandbox", "mastportal.embedded"}:
        return {room} | PURE_ALSO.get(room, set())
    if room in DOMAIN:
        rooms = DOMAIN[room] | PURE
        return rooms | DOOR_TOOLS | DOORS_ALSO.get(room, set()) if is_door(module) else rooms
    if module in DOOR_TOOLS:
        return PURE | {module}
    return {room_of(name) for name in SOURCES}


@pytest.mark.parametrize("module", SOURCES)
def test_imports_point_down(module: str) -> None:
    wrong = {name for name in ours(SOURCES[module]) if room_of(name) not in allowed(module) | BELOW_ALL}
    assert not wrong, f"{module} may not import {sorted(wrong)}"


@pytest.mark.parametrize("module", [m for m in SOURCES if room_of(m) in DOMAIN and not is_door(m)])
def test_domain_does_not_know_its_doors(module: str) -> None:
    wrong = {name for name in ours(SOURCES[module]) if is_door(name)}
    assert not wrong, f"the domain module {module} imports the doors {sorted(wrong)}"


@pytest.mark.parametrize("module", [m for m in SOURCES if m.split(".")[-1] == "tasks"])
def test_tasks_know_no_views(module: str) -> None:
    wrong = {
        n
        for n in ours(SOURCES[module])
        if n.split(".")[-1] in {"views", "api", "urls"} and n != "mastportal.api"
    }
    assert not wrong


@pytest.mark.parametrize("module", [m for m in SOURCES if room_of(m) in PURE | {"mastportal.sandbox"}])
def test_pure_rooms_know_no_django(module: str) -> None:
    wrong = {
        n for n in imported(SOURCES[module]) if n.split(".")[0] in {"django", "rest_framework", "celery"}
    }
    assert not wrong


def test_pages_cross_apps_by_address() -> None:
    crossing = {
        (module, name)
        for module in SOURCES
        if "views" in module.split(".")
        for name in ours(SOURCES[module])
        if "views" in name.split(".") and room_of(name) != room_of(module)
    }
    assert not crossing


def test_no_circles() -> None:
    graph = {module: ours(path) - {module} for module, path in SOURCES.items()}
    # Importing a package's own parts from its __init__ is how a package is made, not a circle.
    finished: set[str] = set()
    while ready := {m for m, needs in graph.items() if m not in finished and needs <= finished}:
        finished |= ready
    assert not set(graph) - finished, f"circles among {sorted(set(graph) - finished)}"


@pytest.mark.parametrize("module", SOURCES)
def test_module_says_what_it_owns(module: str) -> None:
    tree = ast.parse(SOURCES[module].read_text())
    assert ast.get_docstring(tree) or not tree.body, f"{module} opens without a sentence on what it owns"


@pytest.mark.parametrize("module", SOURCES)
def test_module_has_a_name_of_its_own(module: str) -> None:
    assert not set(module.split(".")) & FORBIDDEN_NAMES


@pytest.mark.parametrize("path", [*SOURCES.values(), *sorted((ROOT / "tests").rglob("*.py"))], ids=str)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_LIMIT


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("module", SOURCES)
def test_functions_stay_small(module: str) -> None:
    limit = VIEW_LIMIT if "views" in module.split(".") else FUNCTION_LIMIT
    long = [(name, lines) for name, lines in functions(SOURCES[module]) if lines > limit]
    assert not long


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=str)
def test_templates_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= TEMPLATE_LIMIT


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=str)
def test_templates_hold_no_script_and_no_other_host(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "scripts live in static/"
    assert not re.search(r"\son\w+=|style=\"", text), (
        "the content security policy refuses inline handlers and styles"
    )
    assert not re.search(r"(src|href)=\"(https?:)?//(?!\{)", text), "pages ask no other host"
