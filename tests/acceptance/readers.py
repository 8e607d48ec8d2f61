"""Answers read as their readers would: pages by a parser of HTML, files by the library of their format."""

import ast
import csv
import json
import re
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import NoReturn

import nbformat
import numpy as np
import pyarrow.parquet as pq
from astropy.io import fits, votable
from astropy.table import Table

from tests.acceptance.hostile_rows import ROWS

FETCHING = ("src", "href", "action", "hx-get", "hx-post", "formaction", "data")
PAGE_MOST = 1_500_000


class Reader(HTMLParser):
    """Complains of everything in a page that would run, be fetched from elsewhere, or lead to a script."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "script":
            assert told.get("type") == "application/json" or told.get("src", "").startswith("/static/"), told
        assert not [name for name in told if name.startswith("on") or name == "style"], told
        addresses = {name: told[name].strip().casefold() for name in FETCHING if name in told}
        assert not [each for each in addresses.values() if each.startswith(("javascript:", "data:text"))], (
            told
        )
        if tag in ("img", "iframe", "object", "embed"):
            assert addresses.get("src", "/").startswith("/"), told

    def handle_data(self, data: str) -> None:
        assert "14'''" not in data, "a template ran in a value"


def page(body: bytes) -> None:
    text = body.decode()
    assert len(text) < PAGE_MOST, f"{len(text)} characters of page"
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert "Traceback" not in text


def no_number(name: str) -> NoReturn:
    raise AssertionError(f"{name} is not JSON")


def strict_json(body: bytes) -> None:
    json.loads(body, parse_constant=no_number)


def spreadsheet(body: bytes) -> None:
    lines = list(csv.reader(StringIO(body.decode(), newline="")))
    assert len(lines) == 1 + ROWS
    cells = [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert all(isinstance(float(cell), float) for cell in cells)


def points(body: bytes) -> None:
    length = int.from_bytes(body[:4], "little")
    header = json.loads(body[4 : 4 + length], parse_constant=no_number)
    for each in header["arrays"]:
        found = np.frombuffer(body, f"<{each['type']}", each["length"], 4 + length + each["offset"])
        assert np.isfinite(found).all()


def xml(body: bytes) -> None:
    assert votable.parse_single_table(BytesIO(body)).nrows == ROWS


def fits_table(body: bytes) -> None:
    with fits.open(BytesIO(body)) as hdus:
        assert len(hdus[1].data) == ROWS


def ecsv(body: bytes) -> None:
    assert len(Table.read(BytesIO(body), format="ascii.ecsv")) == ROWS


def parquet(body: bytes) -> None:
    assert pq.read_table(BytesIO(body)).num_rows == ROWS


def program(body: bytes) -> None:
    """Nothing but calls of ours: no value of a row has become a statement."""
    assert "alert" not in [each.id for each in ast.walk(ast.parse(body)) if isinstance(each, ast.Name)]


def notebook(body: bytes) -> None:
    book = nbformat.reads(body.decode(), as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        if cell.cell_type == "code":
            program(cell.source.encode())
        else:
            assert not re.search(r"(?<!\\)<(?!http)", cell.source), "Markdown takes it for HTML"


def anything(body: bytes) -> None:
    assert b"Traceback" not in body
