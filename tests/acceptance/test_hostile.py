"""Rows that say what nobody would, through the real store: shown or refused harmlessly at every address.

Each answer is read as its reader would: pages by a parser of HTML, files by the library of their format.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import programme_of
from mastportal.mast.fields import fields_of
from mastportal.search import keep, results
from mastportal.search.models import ResultSet, Search
from mastportal.work import Phase
from tests.acceptance.hostile_rows import EVIL, FORMULA, ROWS, SQUARE, rows
from tests.acceptance.readers import (
    anything,
    ecsv,
    fits_table,
    notebook,
    page,
    parquet,
    points,
    program,
    spreadsheet,
    strict_json,
    xml,
)
from tests.people import client_of

HTMX = {"HTTP_HX_REQUEST": "true"}


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
