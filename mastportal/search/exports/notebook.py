"""Owns how a recipe is written as a notebook: Jupyter's format 4.5, by hand."""

import json
import re

from mastportal.search.exports.recipe import Recipe

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|$~&])")


def notebook(made: Recipe) -> str:
    """The notebook's JSON; words of people and of the archive are plain text in it, never markup."""
    facts = "\n".join(f"- {_plain(fact)}" for fact in made.facts)
    cells = [_markdown(f"# {_plain(made.title)}\n\n{facts}")]
    for section in made.sections:
        if section.code:
            note = f"\n\n{_plain(section.note)}" if section.note else ""
            cells += [_markdown(f"## {_plain(section.heading)}{note}"), _code(section.code)]
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells, start=1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _markdown(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, object]:
    text = text.removesuffix("\nprint(shown)") + ("\nshown" if text.endswith("\nprint(shown)") else "")
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}
