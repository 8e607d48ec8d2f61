"""One question to two services: observations at a place, by criteria, that hold files by keywords."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from rest_framework.test import APIClient

from mastportal.mast.errors import BadQuestion
from mastportal.search import from_files_mixed, products, results
from mastportal.search.asking import read
from mastportal.search.form_address import params_of, question_of
from mastportal.search.models import Search
from mastportal.search.opened import tables
from mastportal.work import Phase
from tests.archive import Sandbox
from tests.search.make import answered, latest

PLACE = {
    "collection": "observations",
    "target": "80.4827 -69.494 r=1m",
    "criteria": {"obs_collection": ["JWST"], "calib_level": ["3"]},
}
LONG = {"instrument": "nircam", "criteria": {"channel": ["LONG"], "exp_type": ["NRC_IMAGE"]}}


@pytest.fixture(autouse=True)
def _nothing_open() -> None:
    tables.clear()


def rows_of(search: Search) -> list[dict[str, Any]]:
    assert search.phase == Phase.COMPLETED, search.error
    return results.open_table(search.current.pk).table.to_pylist()


def test_what_remains_holds_such_files_and_nothing_else_does(sandbox: Sandbox, alice: User) -> None:
    all_there = rows_of(answered(PLACE, alice))
    search = answered(PLACE | {"keywords": LONG}, alice)
    found = {row["obsid"]: row for row in rows_of(search)}
    programmes = sorted({row["proposal_id"] for row in all_there})
    criteria = LONG["criteria"] | {"program": programmes}
    files = answered({"collection": "jwst-keywords", "instrument": "nircam", "criteria": criteria}, alice)
    uris = {row["dataURI"] for row in rows_of(files)}
    executed = [row["obsid"] for row in all_there]
    for pk in products.want(executed):
        products.harvest(pk)
    held = {o: uris & set(products.table_of([o])["dataURI"].to_pylist()) for o in executed}
    assert {o: row["files_matched"] for o, row in found.items()} == {o: len(h) for o, h in held.items() if h}
    assert 0 < len(found) < len(all_there)
    assert all(row["distance"] is not None for row in found.values())
    assert search.current.understood["radius_deg"] == pytest.approx(1 / 60)
    assert "only those that hold" in search.words


def test_it_reads_back_and_has_one_fingerprint() -> None:
    asked = read(PLACE | {"keywords": LONG})
    assert read(asked.as_json()).as_json() == asked.as_json()
    spelled = read(
        PLACE
        | {"keywords": {"criteria": {"exp_type": "nrc_image", "channel": ["long"]}, "instrument": "NIRCam"}}
    )
    assert spelled.fingerprint() == asked.fingerprint()
    compile(asked.code(), "code", "exec")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"keywords": None}, "keywords"),
        ({"keywords": [1]}, "keywords"),
        ({"keywords": {}}, "keywords.instrument"),
        ({"keywords": {"instrument": "niriss"}}, "keywords.criteria"),
        ({"keywords": {"instrument": "<b>", "criteria": {"filter": ["x"]}}}, "keywords.instrument"),
        ({"keywords": {"instrument": "miri", "criteria": {"no_such": ["x"]}}}, "keywords.criteria.no_such"),
        ({"keywords": LONG, "target": ""}, None),
        ({"keywords": LONG | {"target": "m57"}}, "keywords"),
        ({"collection": "jwst-keywords", "keywords": LONG, "target": None, "instrument": "miri"}, None),
    ],
)
def test_mistakes_name_their_part(body: dict[str, object], field: str | None) -> None:
    with pytest.raises(BadQuestion) as told:
        from_files_mixed.read({"collection": "observations", "target": "m57"} | body)
    assert field is None or told.value.field == field


def test_nothing_at_the_place_asks_for_no_files(sandbox: Sandbox, alice: User) -> None:
    mark = sandbox.mark()
    search = answered(PLACE | {"target": "10.0 89.0 r=1s", "keywords": LONG}, alice)
    assert rows_of(search) == []
    assert not [entry for entry in sandbox.log(mark) if "Jwst" in (entry["service"] or "")]


def test_one_call_of_the_api(api: APIClient, sandbox: Sandbox) -> None:
    answer = api.post("/api/v1/searches", PLACE | {"keywords": LONG}, format="json")
    assert answer.status_code == 202
    results.run(latest(Search.objects.get(pk=answer.json()["id"])).pk)
    told = api.get(answer.headers["Location"]).json()
    assert (told["phase"], told["criteria"]["keywords"]["instrument"]) == ("COMPLETED", "nircam")


def test_the_panel_asks_it_and_an_address_carries_it(client: Client, alice: User) -> None:
    address = "collection=observations&target=80.4827+-69.494+r%3D1m&c.calib_level=3"
    address += (
        "&holding.instrument=nircam&holding.c.exp_type=NRC_IMAGE&holding.c.filter=&holding.min.effexptm=1"
    )
    question = question_of(QueryDict(address))
    expected = {"instrument": "nircam", "criteria": {"exp_type": ["NRC_IMAGE"], "effexptm": {"min": "1"}}}
    assert question["keywords"] == expected
    asked = read(question)
    assert read(question_of(QueryDict(params_of(asked.as_json())))).fingerprint() == asked.fingerprint()
    client.force_login(alice)
    page = client.get(f"/?{address}").content.decode()
    assert "Holding files with these keywords" in page
    assert 'name="holding.c.exp_type" value="NRC_IMAGE"' in page
    assert '<input type="hidden" name="holding.min.effexptm" value="1">' in page
    nothing = question_of(
        QueryDict("collection=observations&target=m57&holding.instrument=miri&holding.c.filter=")
    )
    assert "keywords" not in nothing
    hostile = client.get(
        "/", {"holding.c.filter": '"><script>', "holding.instrument": "<b>", "advanced": "1"}
    )
    assert "<script>" not in hostile.content.decode().replace("<script ", "")
    mistaken = client.get(
        "/search/ask", {"target": "m57", "holding.instrument": "<b>", "holding.c.filter": "x"}
    )
    assert mistaken.status_code == 422
