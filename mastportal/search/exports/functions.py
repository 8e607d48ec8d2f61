"""Owns which functions of `parts` and `sky_parts` a script needs, cut out of their source as it stands."""

import ast
from functools import cache
from importlib import resources

_SOURCES = ("parts.py", "sky_parts.py")


def functions_for(code: str) -> str:
    """The imports and functions that make the lines of `code` run, numpy's import at least."""
    pieces = _pieces()
    wanted: set[str] = set()
    to_do = _names(code) | {"np"}
    while to_do:
        name = to_do.pop()
        if name in pieces and name not in wanted:
            wanted.add(name)
            to_do |= _names(pieces[name])
    lines = {pieces[name]: None for name in pieces if name in wanted}
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    plain = [line for line in lines if "\n" not in line and line not in imports]
    functions = [line for line in lines if "\n" in line]
    return "\n\n\n".join(["\n".join([*imports, *plain]), *functions])


def _names(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


@cache
def _pieces() -> dict[str, str]:
    """The source of each import, alias and function by the name it gives, in the files' order."""
    found: dict[str, str] = {}
    for source in _SOURCES:
        text = resources.files("mastportal.search.exports").joinpath(source).read_text("utf-8")
        for node in ast.parse(text).body:
            piece = ast.get_source_segment(text, node) or ""
            for name in _given(node):
                found.setdefault(name, piece)
    return found


def _given(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "module", "").startswith(
        "mastportal"
    ):
        return [alias.asname or alias.name for alias in node.names]
    return []
