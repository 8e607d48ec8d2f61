"""Addresses that carry a question with its filters, and what exactly was asked in words."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from mastportal.mast.criteria import parse_question
from mastportal.search.effective import effective, services_of
from mastportal.search.models import Search
from mastportal.search.permalinks import LONGEST, ask_address, with_table_state
from tests.search.make import M57, PROGRAMME, answered

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_by_an_address_with_its_filters(client, alice, sandbox):
    client.force_login(alice)
    then = "f.instrument_name=NIRCAM&sort=-t_min"
    gone = client.get(ask_address(parse_question(PROGRAMME).as_json()) + f"&then={quote(then, safe='')}")
    search = Search.objects.get()
    assert search.criteria["programs"] == ["1176"]
    assert gone["Location"] == f"/results/{search.pk}/?{then}"


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        ("", ""),
        ("result=x&page=2&row=3", ""),
        ("//evil.example/", "?//evil.example/="),
        ("q=a\r\nSet-Cookie: b", "?q=a%0D%0ASet-Cookie%3A%20b"),
        ("f.target_name=<script>&f.target_name=a%26b", "?f.target_name=%3Cscript%3E&f.target_name=a%26b"),
    ],
)
def test_only_a_query_string_is_carried(then, kept):
    found = with_table_state("/results/1/", then)
    assert urlsplit(found).path == "/results/1/"
    assert found.removeprefix("/results/1/").replace("%2F", "/").replace("%3A", ":") == kept.replace(
        "%2F", "/"
    ).replace("%3A", ":")


def test_a_long_question_is_named_by_its_id_alone(client, alice):
    ids = [f"jw01176001001_02101_{number:05}_nrca1" for number in range(200)]
    question = parse_question({"collection": "ids", "ids": ids}).as_json()
    assert len(ask_address({**question, "ids": ids[:20]})) < LONGEST
    assert ask_address(question) == ""
    assert ask_address({"collection": "observations", "from_search": "x"}) == ""


def test_every_default_is_said(alice, sandbox):
    search = answered(M57, alice)
    told = effective(search, search.current)
    names = [name for name, _ in told.defaults]
    assert names[0] == "Position"  # the radius was said
    assert {"Mission", "Calibration level", "Access", "Intent", "Dates", "Rows"} <= set(names)
    assert told.services == ["Mast.Name.Lookup", "Mast.Caom.Cone"]
    assert "exclusive ones too" in told.words


def test_a_radius_not_said_is_said_with_the_one_in_use(alice, sandbox):
    search = answered({"collection": "observations", "target": "m57"}, alice)
    said = dict(effective(search, search.current).defaults)
    assert said["Radius"].startswith("0.2°, or the object's own size where that is larger; here ")


def test_what_was_said_is_no_default():
    criteria = {"obs_collection": ["JWST"], "calib_level": ["3"], "instrument_name": ["NIRCAM", "MIRI"]}
    asked = parse_question({"collection": "programs", "programs": "1176", "criteria": criteria})
    assert services_of(asked) == ["Mast.Caom.Filtered (2 requests)"]


def test_the_page_says_what_was_asked(client, alice, sandbox):
    search = answered(PROGRAMME, alice)
    client.force_login(alice)
    page = client.get(f"/results/{search.pk}/?f.instrument_name=NIRCAM/IMAGE").content.decode()
    assert "What exactly was asked" in page
    assert f"{search.current.count:,} by the archive" in page
    ask = page.split('data-ask="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(ask).query) == {"collection": ["programs"], "programs": ["1176"]}
    state = page.split('id="table-state" name="then" value="')[1].split('"')[0]
    assert state.startswith("f.instrument_name=NIRCAM")
    assert "columns=" in state
    assert "<dd data-filter-words>Instrument is NIRCAM/IMAGE</dd>" in page


def test_a_link_to_the_archives_own_portal_is_understood_as_a_target(client, alice, sandbox):
    client.force_login(alice)
    asked = '{"service":"CAOMFILTERED","inputText":[{"paramName":"proposal_id","freeText":"1176"}]}'
    link = f"https://mast.stsci.edu/portal/Mashup/Clients/Mast/Portal.html?searchQuery={quote(asked)}"
    assert client.get("/search/ask", {"target": link}).status_code == 302
    assert Search.objects.get().criteria == parse_question(PROGRAMME).as_json()
    refused = client.get("/search/ask", {"target": link.replace("CAOM", "HSC")})
    assert refused.status_code == 422
    assert "holds no search that can be read here" in refused.content.decode()
