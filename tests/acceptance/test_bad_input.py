"""What cannot be answered is said in one plain sentence, by the API and on the page, and nothing is lost."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from basket.models import BasketLine
from mastportal.mast.identifiers import MAX_IDS
from mastportal.search.models import ResultSet, Search
from mastportal.search.opened import tables
from tests.acceptance.journey import ROOT, Journey
from tests.archive import Sandbox

FORM = "application/x-www-form-urlencoded"
M57 = {"collection": "observations", "target": "m57 r=1m"}
CRITERIA: dict[str, Any] = {"collection": "observations", "criteria": {"instrument_nam": ["NIRCAM"]}}
TARGETS = [
    ("", "for example"),
    ("???", "neither a name nor a position"),
    ("10:99:00 +20:00:00", "minutes"),
    ("10.5", "right ascension first"),
    ("10 95", "Declination"),
    ("-10.5 +20", "negative"),
    ("-1h2m3s +10d2m3s", "negative"),
    ("m57 r=-1", "greater than zero"),
    ("m57 r=far", "radius"),
    ("m57 r=31", "at most 30"),
]
PROGRAMMES = [("", "for example"), ("1176, abc", "abc"), ("-5", "-5"), ("0", "0"), ("999999", "999999")]
QUESTIONS = [
    *(({"collection": "observations", "target": text}, "target", words) for text, words in TARGETS),
    *(({"collection": "programs", "programs": text}, "programs", words) for text, words in PROGRAMMES),
    (CRITERIA, "criteria.instrument_nam", "instrument_name"),
]


@pytest.fixture(autouse=True)
def _no_traceback(caplog: pytest.LogCaptureFixture) -> Any:
    """Nothing that a person can type or an archive answer is an exception of ours."""
    yield
    broken = [record for record in caplog.get_records("call") if record.exc_info]
    assert not broken, [record.getMessage() for record in broken]


def refused(response: Any, status: int) -> dict[str, Any]:
    """The one error shape, its message one plain sentence."""
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"error"}
    check_sentence(body["error"]["message"])
    return body["error"]


def check_sentence(text: str) -> None:
    assert re.fullmatch(r"[^\n]{10,400}[.?!]", text), text
    assert text[0].isupper() or text[0] in "“1234567890", text
    assert not re.search(r"Traceback|Error\(|object at|<class|None", text), text


def in_page(response: Any, sentence: str) -> bool:
    return sentence in unescape(response.content.decode())


def as_form(question: dict[str, Any]) -> dict[str, Any]:
    """A question as the search panel sends it."""
    criteria = question.get("criteria", {})
    return {name: value for name, value in question.items() if name != "criteria"} | {
        f"c.{column}": values for column, values in criteria.items()
    }


@pytest.mark.parametrize(("question", "field", "words"), QUESTIONS)
def test_a_question_that_is_none(api: APIClient, question: dict[str, Any], field: str, words: str) -> None:
    error = refused(api.post(f"{ROOT}/searches", question, format="json"), 400)
    assert (error["code"], error["field"]) == ("bad_question", field)
    assert words in error["message"]
    assert refused(api.post(f"{ROOT}/searches/count", question, format="json"), 400) == error
    page = api.post("/search/ask", urlencode(as_form(question), doseq=True), content_type=FORM)
    assert page.status_code == 422
    assert in_page(page, error["message"])
    assert not Search.objects.exists()


@pytest.mark.parametrize("target", ["???", "-10.5 +20", "m57 r=-1", ""])
def test_a_position_that_is_none(api: APIClient, target: str) -> None:
    error = refused(api.get(f"{ROOT}/resolve?{urlencode({'target': target})}"), 400)
    assert error["field"] == "target"


def test_what_was_typed_stays_in_the_panel(api: APIClient) -> None:
    page = api.get("/search/ask?collection=observations&target=m57+r%3D-1")
    assert page.status_code == 422
    assert in_page(page, 'value="m57 r=-1"')


@pytest.mark.parametrize("count", [10_000, 10_001])
def test_a_list_of_too_many_ids(api: APIClient, sandbox: Sandbox, count: int) -> None:
    ids, since = [f"jw01073001001_02101_{n:05d}_nrca1" for n in range(count)], sandbox.mark()
    error = refused(api.post(f"{ROOT}/searches", {"collection": "ids", "ids": ids}, format="json"), 400)
    assert error["field"] == "ids"
    assert f"{MAX_IDS:,}" in error["message"]
    assert f"{count:,}" in error["message"]
    page = api.post("/search/ask", {"collection": "ids", "ids": "\n".join(ids)}, format="multipart")
    assert page.status_code == 422
    assert in_page(page, error["message"])
    assert not Search.objects.exists()
    assert sandbox.log(since) == []


def test_long_lists_are_not_sent_in_an_address(api: APIClient) -> None:
    """A web server takes a few thousand bytes of one."""
    panel = api.get("/?collection=ids").content.decode()
    assert re.search(r'<form method="post" action="/search/ask"', panel)
    elsewhere = re.findall(r'<button[^>]*formaction="/"[^>]*>', panel)
    assert elsewhere
    assert all('formmethod="post"' in button for button in elsewhere)
    ids = "\n".join(f"jw01073001001_02101_{n:05d}_nrca1" for n in range(MAX_IDS))
    again = api.post("/", {"collection": "ids", "ids": ids, "advanced": "1"}, format="multipart")
    assert again.status_code == 200
    assert in_page(again, "jw01073001001_02101_04999_nrca1")


def test_as_many_ids_as_may_be(journey: Journey) -> None:
    names = [row["obs_id"] for row in journey.rows(journey.search(collection="programs", programs="1073"))]
    strangers = [f"jw09999001001_02101_{n:05d}_nrca1" for n in range(MAX_IDS - len(names))]
    search = journey.search(collection="ids", ids=[*names, *strangers])
    assert search["row_count"] == len(names)
    page = journey.api.get(f"/results/{search['id']}/")
    assert page.status_code == 200


def test_an_unknown_name(journey: Journey) -> None:
    search = journey.search(collection="observations", target="nosuchthing 42 r=1m")
    assert (search["phase"], search["error_code"]) == ("ERROR", "not_found")
    assert "nosuchthing 42" in search["error"]
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 404)
    assert (error["code"], error["message"]) == ("not_found", search["error"])
    check_page(journey, search, search["error"])
    looked_up = refused(journey.api.get(f"{ROOT}/resolve?target=nosuchthing+42"), 404)
    assert looked_up["message"] == search["error"]


def check_page(journey: Journey, search: dict[str, Any], sentence: str) -> None:
    page = journey.api.get(f"/results/{search['id']}/")
    assert page.status_code == 200
    assert in_page(page, sentence)
    assert in_page(page, "Ask again")


UNKNOWN = ["f.target_nam=x", "sort=-target_nam", "columns=obs_id,target_nam", "min.target_nam=1"]


@pytest.mark.parametrize("query", [*UNKNOWN, "facets=target_nam"])
def test_an_unknown_column_of_a_table(journey: Journey, query: str) -> None:
    search = journey.search(**M57)
    part = "facets" if query.startswith("facets") else "rows"
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/{part}?{query}"), 400)
    assert error["field"] == query.partition("=")[0]
    assert "target_nam”" in error["message"]
    assert "target_name" in error["message"]
    page = journey.api.get(f"/results/{search['id']}/?{query}")
    assert page.status_code == 400
    assert in_page(page, error["message"])


def test_an_archive_that_answers_html(journey: Journey, sandbox: Sandbox) -> None:
    before = journey.search(**M57)
    sandbox.faults({"match": "invoke", "fault": "html"})
    search = journey.search(collection="programs", programs="1176")
    assert (search["phase"], search["error_code"]) == ("ERROR", "archive_unavailable")
    check_sentence(search["error"])
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 503)
    assert error["message"] == search["error"]
    check_page(journey, search, search["error"])
    # A refresh that fails leaves the rows that were there.
    again = journey.search(**M57, refresh=True)
    assert (again["phase"], again["row_count"]) == ("COMPLETED", before["row_count"])
    assert in_page(journey.api.get(f"/results/{again['id']}/"), again["error"])
    sandbox.clear()
    assert journey.search(collection="programs", programs="1176", refresh=True)["row_count"] > 0


def test_an_archive_that_answers_html_for_product_lists(journey: Journey, sandbox: Sandbox) -> None:
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.api.post(f"{ROOT}/baskets", {"name": "Unlucky"}, format="json").json()["id"]
    sandbox.faults({"match": "invoke", "fault": "html"})
    body = {"search": search["id"], "obsid": [obsid]}
    assert journey.api.post(f"{ROOT}/baskets/{basket}/observations", body, format="json").status_code < 300
    told = journey.finished(f"{ROOT}/baskets/{basket}")
    assert [each["obsid"] for each in told["failed"]] == [obsid]
    check_sentence(told["failed"][0]["reason"])
    assert in_page(journey.api.get(f"/baskets/{basket}/"), told["failed"][0]["reason"])
    assert told["observations"] == 1
    sandbox.clear()
    journey.api.post(f"{ROOT}/baskets/{basket}/refresh", headers={"If-Match": "*"}, format="json")
    assert journey.finished(f"{ROOT}/baskets/{basket}")["products"] > 0


def spoil(table: str, obsid: str = "") -> int:
    """Turn some bytes in the middle of every kept Arrow value of a table, or of one observation's."""
    which = f"obsid = '{obsid}'" if obsid else "true"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET arrow = overlay(arrow PLACING '\\xdeadbeef'::bytea"
            f" FROM octet_length(arrow) / 2) WHERE arrow IS NOT NULL AND {which}"
        )
        return cursor.rowcount


def test_broken_rows_in_the_cache(journey: Journey, alice: User) -> None:
    search = journey.search(**M57)
    expected = journey.rows(search, "sort=obsid")
    assert spoil("search_resultchunk") == 1
    tables.clear()
    error = refused(journey.api.get(f"{ROOT}/searches/{search['id']}/rows"), 409)
    assert "ask again" in error["message"]
    check_page(journey, search, error["message"])
    mine = journey.get("searches")["results"]
    assert [each["id"] for each in mine] == [search["id"]]
    again = journey.search(**M57)
    assert again["id"] == search["id"]
    assert journey.rows(again, "sort=obsid") == expected
    assert ResultSet.objects.count() == 2


def test_a_broken_product_list_in_the_cache(journey: Journey) -> None:
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.basket(search, [obsid])
    products = journey.get(f"baskets/{basket}")["products"]
    assert spoil("search_productlist") == 1
    tables.clear()
    assert journey.get(f"baskets/{basket}/products")["total"] == 0
    failed = journey.get(f"baskets/{basket}")["failed"]
    assert [each["obsid"] for each in failed] == [obsid]
    check_sentence(failed[0]["reason"])
    assert in_page(journey.api.get(f"/baskets/{basket}/"), failed[0]["reason"])
    assert BasketLine.objects.filter(basket_id=basket, obsid=obsid).exists()
    journey.api.post(f"{ROOT}/baskets/{basket}/refresh", headers={"If-Match": "*"}, format="json")
    assert journey.finished(f"{ROOT}/baskets/{basket}")["products"] == products


def test_the_page_says_so_at_once(journey: Journey) -> None:
    """Also where the sums are remembered and only the table must be read again."""
    search = journey.search(**M57)
    obsid = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST")[0]["obsid"]
    basket = journey.basket(search, [obsid])
    spoil("search_productlist")
    tables.clear()
    page = journey.api.get(f"/baskets/{basket}/")
    assert page.status_code == 200
    assert in_page(page, f"product list of observation {obsid} is damaged")


def test_a_bundle_tells_of_a_broken_product_list(journey: Journey) -> None:
    search = journey.search(**M57)
    rows = journey.rows(search, "min.calib_level=1&f.obs_collection=JWST&sort=calib_level")
    basket = journey.basket(search, [row["obsid"] for row in rows[:2]])
    journey.select(basket, preset="recommended")
    spoil("search_productlist", rows[0]["obsid"])
    tables.clear()
    bundle = journey.bundle(basket)
    assert rows[0]["obsid"] in str(bundle["notes"])
    assert bundle["files"]["done"] == bundle["files"]["total"] > 0
