"""A programme's page and its JSON: spelled any way, counted from its rows, in every state."""

import numpy as np
import pyarrow as pa
import pytest
from django.urls import reverse
from django.utils import timezone

from mastportal.desk import programmes
from mastportal.desk.facts import facts_of
from mastportal.desk.holdings import holdings_of
from mastportal.desk.timeline import timeline
from mastportal.files.models import StoredFile
from mastportal.mast.fields import OBSERVATION_FIELDS, arrow_schema
from mastportal.search import products, results
from mastportal.search.models import ProductList
from mastportal.tables.codes import OpenTable
from tests.people import client_of
from tests.search.make import answered, questions

pytestmark = pytest.mark.django_db
PAGE = "/programmes/JWST/1176/"
API = "/api/v1/programmes/JWST/1176"
NAMED = programmes.programme_of("JWST", "1176")


@pytest.fixture
def search(alice, sandbox):
    return answered(NAMED.question, alice)


@pytest.mark.parametrize("spelling", ["jwst/01176", "Jwst/jw01176", "JWST/001176"])
def test_other_spellings_lead_to_one_address(web, spelling):
    assert web.get(f"/programmes/{spelling}/")["Location"] == PAGE


@pytest.mark.parametrize(
    "spelling", ["jwsst/1176", "JWST/0", "JWST/1176;drop", "JWST/" + "9" * 99, "TESS/G*"]
)
def test_what_is_no_programme_is_not_found(web, spelling):
    assert web.get(f"/programmes/{spelling}/").status_code == 404


def test_programmes_of_other_missions_are_named_by_letters_too():
    named = programmes.programme_of("tess", "G011155")
    assert named.question["criteria"] == {"obs_collection": ["TESS"], "proposal_id": ["G011155"]}
    assert named.stsci_url == ""
    assert NAMED.stsci_url.endswith("?program=1176")


def test_looking_asks_once_and_then_says_what_the_rows_say(web, sandbox):
    mark = sandbox.mark()
    first = web.get(PAGE).content.decode()
    assert "Asking" in first
    assert web.get(PAGE).content.decode().count('id="waiting"') == 1
    (under_way,) = [programmes.latest_of(NAMED)]
    assert under_way.is_unfinished
    told = web.get(reverse("programme-state", args=["JWST", "1176"]), {"revision": "old"})
    assert 'data-poll hx-get="/programmes/JWST/1176/state?revision=' in told.content.decode()
    revision = told.content.decode().split("revision=")[1].split('"')[0]
    address = reverse("programme-state", args=["JWST", "1176"])
    assert web.get(address, {"revision": revision}).status_code == 204
    results.run(under_way.pk)
    assert web.get(address, {"revision": revision})["HX-Refresh"] == "true"
    page = web.get(PAGE).content.decode()
    assert "Principal investigator" in page
    assert 'id="waiting"' not in page
    assert len(questions(sandbox.log(mark))) == 2  # a count and the rows


def test_the_figures_are_those_of_the_table(api, search):
    table = results.open_table(search.current_id)
    told = api.get(API).json()
    rows = table.table.to_pylist()
    planned = sum(row["calib_level"] == -1 for row in rows)
    assert told["observations"]["planned"] == planned
    assert told["observations"]["executed"] == len(rows) - planned
    assert sum(told["levels"].values()) == len(rows)
    assert {each["value"] for each in told["instruments"]} == {row["instrument_name"] for row in rows}
    assert sum(each["executed"] + each["planned"] for each in told["instruments"]) == len(rows)
    assert told["products"]["lists"] == len(rows) - planned
    assert told["title"] in {row["obs_title"] for row in rows}


def test_bytes_are_counted_once_a_file_and_what_is_stored_is_told(search):
    table = results.open_table(search.current_id)
    obsids = facts_of(table, 61_000.0).obsids[:3]
    for pk in products.want(obsids):
        products.harvest(pk)
    uris = products.table_of(obsids)["dataURI"].to_pylist()
    for version in (1, 2):
        StoredFile.objects.create(
            data_uri=uris[0], version=version, key=f"k{version}", phase="COMPLETED", programme="01176",
            size_bytes=1000 * version,
        )  # fmt: skip
    StoredFile.objects.create(
        data_uri="mast:HST/product/a.fits", key="h", phase="COMPLETED", programme="1176", size_bytes=5
    )
    held = holdings_of(NAMED, obsids)
    assert (held.lists, held.lists_known, held.is_exact) == (3, 3, True)
    assert held.files == len(set(uris)) < sum(each.row_count for each in ProductList.objects.all())
    assert (held.stored_files, held.stored_bytes) == (1, 2000)


def test_a_failure_is_said_and_looking_does_not_ask_again(web, sandbox):
    web.get(PAGE)
    latest = programmes.latest_of(NAMED)
    failed = {"phase": "ERROR", "error": "MAST is <down>.", "error_kind": "archive_unavailable"}
    type(latest).objects.filter(pk=latest.pk).update(**failed, ended_at=timezone.now())
    page = web.get(PAGE).content.decode()
    assert "MAST is &lt;down&gt;." in page
    assert programmes.latest_of(NAMED).pk == latest.pk
    assert client_of(latest.asked_by).get(API).status_code == 503
    web.post(reverse("programme-refresh", args=["JWST", "1176"]))
    assert programmes.latest_of(NAMED).pk != latest.pk


def test_nothing_there_is_said(web, api, alice, sandbox):
    answered(programmes.programme_of("JWST", "99998").question, alice)
    page = web.get("/programmes/JWST/99998/").content.decode()
    assert "The archive lists nothing of programme JWST 99998" in page
    assert api.get("/api/v1/programmes/JWST/99998").status_code == 404


def test_the_group_sees_who_asked_and_outsiders_do_not(web, search, bob, charlie):
    answered({"collection": "programs", "programs": "1176, 1073"}, bob)
    assert "bob, " in web.get(PAGE).content.decode()
    web.force_login(charlie)
    assert "bob, " not in web.get(PAGE).content.decode()


def test_the_page_costs_few_queries(web, search, django_assert_max_num_queries):
    web.get(PAGE)
    with django_assert_max_num_queries(15):
        web.get(PAGE)


HOSTILE = {
    "obs_title": ["<script>alert(1)</script>" * 4000, None, "\u202e=cmd|' /C calc'!A0"],
    "proposal_pi": ["<img src=x onerror=alert(1)>", None, ""],
    "target_name": ["<b>", "a" * 100_000, None],
    "instrument_name": ["NIRCAM/<i>", None, ""],
    "calib_level": [3, -1, None],
    "t_min": [float("nan"), float("inf"), 1e300],
    "t_obs_release": [float("inf"), 9e9, 60_000.5],
    "dataRights": ["RESTRICTED", "exclusive_access", None],
    "obsid": ["1", None, ""],
}


def hostile_table() -> OpenTable:
    schema = arrow_schema(OBSERVATION_FIELDS)
    columns = [pa.array(HOSTILE.get(field.name, [None] * 3), field.type) for field in schema]
    return OpenTable(pa.Table.from_arrays(columns, schema=schema))


def test_hostile_rows_are_counted_harmlessly():
    facts = facts_of(hostile_table(), 61_000.0)
    assert (facts.executed, facts.planned, facts.exclusive_undated) == (2, 1, 1)
    assert facts.obsids == ["1"]
    assert timeline(facts.observed_mjd, facts.public_later_mjd, 61_000.0) is None


def test_hostile_rows_are_shown_harmlessly(web, search):
    results.tables.forget(search.current_id)
    results.tables.get(search.current_id, hostile_table)
    page = web.get(PAGE).content.decode()
    results.tables.forget(search.current_id)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;b&gt;" in page
    assert len(page) < 60_000


def test_the_picture_holds_every_row_once():
    observed = np.array([59_000.0, 59_000.5, 59_040.0])
    later = np.array([61_400.0])
    drawn = timeline(observed, later, 61_274.0)
    assert sum(bar.observed for bar in drawn.bars) == 3
    assert sum(bar.public for bar in drawn.bars) == 1
    assert drawn.unit == "quarter"
    assert drawn.bars[0].x == 0
    assert drawn.today_x is not None
    assert all(bar.top >= 0 and bar.down <= drawn.height / 2 for bar in drawn.bars)
