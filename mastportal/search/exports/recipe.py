"""Owns the program that asks a search again without the portal: its parts, and the script made of them.

Asks nobody and runs nothing. What the archive itself can be asked becomes astroquery's lines, any other
search a request to the portal.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from mastportal.mast.criteria import Criteria
from mastportal.mast.target import Target, display_name
from mastportal.search.asking import Asking, read
from mastportal.search.exports.filters import lines_of
from mastportal.search.exports.functions import functions_for
from mastportal.search.models import ResultSet
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import columns_of
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import ordered_rows
from mastportal.tables.words import filters_in_words

WIDTH = 100
ASTROQUERY = "0.4.11"


@dataclass(frozen=True, slots=True)
class Section:
    """One step of the program: what it does, in a few words and in more of them, and its lines."""

    heading: str
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The whole program; `facts` are sentences about where it comes from."""

    title: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]


def recipe(result: ResultSet, table: OpenTable, query: TableQuery, export_url: str) -> Recipe:
    """The program for the rows that `query` keeps of a snapshot; `export_url` gives all of them as ECSV."""
    search = result.search
    asking = read(search.criteria)
    lines = lines_of(query, table.schema, "found")
    text = "\n".join((*lines.filters, *lines.order, *lines.columns))
    sections = [
        Section("What the steps below use", functions_for(text)),
        Section("The search", *_search(asking, result, export_url)),
        Section("The filters" if query.is_filtered else "All rows found", "\n".join(lines.filters)),
        Section("The order", "\n".join(lines.order)),
        Section("The columns", "\n".join((*lines.columns, "print(shown)"))),
        *(_files() if search.collection == "jwst-keywords" else _products()),
    ]
    return Recipe(_line(search.words), tuple(_facts(result, table, query)), tuple(sections))


def _facts(result: ResultSet, table: OpenTable, query: TableQuery) -> Iterator[str]:
    when = f"{result.fetched_at:%Y-%m-%d %H:%M} UTC" if result.fetched_at else "an unknown time"
    yield f"Asked of {settings.ARCHIVE_NAME} at {when}: {table.num_rows:,} rows."
    if query.is_filtered:
        kept = f"{len(ordered_rows(table, query)):,} of them kept"
        yield _line(f"Filters: {filters_in_words(query, columns_of(table.schema))}; {kept}.")
    yield f"Needs astroquery {ASTROQUERY} or newer: pip install astroquery."
    yield (
        "It asks the archive that astroquery is set up for, MAST where nothing else is said. For another one "
        "put the lines “[mast]” and “server = ADDRESS” into a file astroquery.cfg and name its folder by the "
        "environment variable ASTROPY_CONFIG_DIR."
    )
    if "mast" not in settings.ARCHIVE_NAME.casefold():
        yield f"These rows came from {settings.ARCHIVE_URL}."


def _search(asking: Asking, result: ResultSet, export_url: str) -> tuple[str, str]:
    """The lines that make `found`, and a note on them."""
    if not isinstance(asking, Criteria):
        return _PORTAL.format(address=export_url), (
            "This search joins several questions to the archive, which the portal asks and joins: here it is "
            "asked for the result. Put a key from your account page into the environment variable PORTAL_KEY."
        )
    name = "files" if asking.collection == "jwst-keywords" else "observations"
    located, note = _located(asking, result)
    return f"{located.code()}\nfound = {name}", note


@dataclass(frozen=True, slots=True)
class _Place:
    ra_deg: float
    dec_deg: float
    radius_deg: float | None


def _located(asking: Criteria, result: ResultSet) -> tuple[Criteria, str]:
    """The question at the position the portal found its name at, and who found it, in words."""
    understood = result.understood or {}
    if asking.name_to_resolve is None or understood.get("ra_deg") is None:
        return asking, ""
    place = _Place(understood["ra_deg"], understood["dec_deg"], understood.get("radius_deg"))
    return asking.located(place), _line(
        f"{_name(asking.target)} was found here by {understood.get('resolver') or 'the archive'}."
    )


def _name(target: Target | None) -> str:
    return display_name(target.name) if target is not None and target.name is not None else "The target"


_PORTAL = """import os
import requests
from astropy.table import Table
answer = requests.get(
    {address!r},
    headers={{"Authorization": f"Token {{os.environ['PORTAL_KEY']}}"}},
    timeout=600,
)
answer.raise_for_status()
found = Table.read(answer.text, format="ascii.ecsv")"""


def _products() -> list[Section]:
    return [
        Section(
            "The products of the first observation",
            "from astroquery.mast import Observations\n"
            'first = [obsid for obsid in rows["obsid"][:1] if obsid]\n'
            "products = Observations.get_product_list(first) if first else []\n"
            "print(products)",
            "Of all of them, each once: Observations.get_unique_product_list(rows).",
        ),
        Section(
            "The download",
            "DOWNLOAD = False\n"
            "if DOWNLOAD and len(products):\n"
            "    chosen = Observations.filter_products(products, productGroupDescription="
            '"Minimum Recommended Products")\n'
            "    print(Observations.download_products(chosen))",
            "Set DOWNLOAD to True to fetch the recommended products. Exclusive ones need "
            'Observations.login(token="...") first.',
        ),
    ]


def _files() -> list[Section]:
    return [
        Section(
            "The download",
            "from astroquery.mast import Observations\n"
            "DOWNLOAD = False\n"
            'column = "filename" if "filename" in rows.colnames else "fileName"\n'
            'uris = [f"mast:JWST/product/{name}" for name in rows[column]]\n'
            "for uri in uris[:1] if DOWNLOAD else []:\n"
            "    print(Observations.download_file(uri))",
            "Set DOWNLOAD to True to fetch the first file; without [:1] all of them. Exclusive ones need "
            'Observations.login(token="...") first.',
        ),
    ]


def script(made: Recipe) -> str:
    """The program as a .py file; words of people and of the archive are comments of one line or texts."""
    parts = ["#!/usr/bin/env python3", *_comment(made.title), "#"]
    parts += [line for fact in made.facts for line in _comment(fact)]
    for section in made.sections:
        if section.code:
            parts += ["", *_comment(section.heading), *_comment(section.note), section.code]
    return "\n".join(parts) + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(_line(text), WIDTH - 2)]


def _line(text: str) -> str:
    """The text as one line that a terminal can show: a comment must not end where a text says so."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
