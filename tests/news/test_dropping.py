"""MAST's own subscription file becomes a basket with the complete filesets; any other is refused."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from basket.models import Basket
from mastportal.news import dropping, event_file
from mastportal.news.models import EventFile
from mastportal.outbox.models import Notice
from mastportal.search import results
from mastportal.tables.columns import BadQuery
from tests.search.make import PROGRAMME, answered

pytestmark = pytest.mark.django_db


def entry(fileset, mission="jwst", suffix="cal"):
    return {"mission": mission, "fileset": fileset, "filename": f"{fileset}_{suffix}.fits"}


def test_a_file_becomes_a_basket(client, alice, sandbox):
    rows = results.open_table(answered(PROGRAMME, alice).current_id).table.to_pylist()
    executed = [row["obs_id"] for row in rows if row["calib_level"] == 3 and row["obs_collection"] == "JWST"]
    combined = executed[0]
    number = next(name for name in executed if "-o" in name).split("-o")[1][:3]
    exposure = f"jw01176{number}001_02101_00001"
    sent = [entry(combined, suffix=suffix) for suffix in ("i2d", "cat")]
    sent += [entry(exposure), entry("jw01176999001_02101_00001"), entry("x", "tess")]
    client.force_login(alice)
    upload = SimpleUploadedFile("event_metadata_jwst-program-1176.json", json.dumps(sent).encode())
    answer = client.post("/subscriptions/file", {"file": upload})
    basket = Basket.objects.get(name="event_metadata_jwst-program-1176")
    assert answer["Location"] == f"/baskets/{basket.pk}/"
    (dropped,) = EventFile.objects.all()
    assert dropping.fill(dropped.pk)
    assert dropping.fill(dropped.pk) == []
    names = set(basket.lines.values_list("row__obs_id", flat=True))
    assert combined in names
    assert {name for name in executed if f"-o{number}" in name} <= names
    assert basket.selection["preset"] == "everything"
    notice = Notice.objects.get(person=alice)
    assert "jw01176999001_02101_00001" in notice.text
    assert "1 of other missions" in notice.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[1]",
        b'[{"mission": "jwst"}]',
        b"[" * 100_000,
        b'[{"mission":"tess","fileset":"abc"}]',
    ],
    ids=lambda content: str(content[:20]),
)
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(BadQuery):
        event_file.read(content)


def test_a_wrong_upload_is_said_on_the_page(client, alice):
    client.force_login(alice)
    answer = client.post("/subscriptions/file", {"file": SimpleUploadedFile("<b>.json", b"nothing")})
    assert answer.status_code == 422
    assert "This is not MAST" in answer.content.decode()
    assert client.post("/subscriptions/file").status_code == 422
    assert not Basket.objects.exists()


def test_a_look_up_that_fails_is_told(alice, sandbox):
    dropped = dropping.drop(alice, "a.json", json.dumps([entry("jw01176999001_02101_00001")]).encode())
    sandbox.faults({"match": "invoke", "times": 50, "fault": "status", "status": 400})
    assert dropping.fill(dropped.pk) == []
    assert "could not be looked up" in Notice.objects.get(person=alice).title
    dropped.refresh_from_db()
    assert dropped.phase == "ERROR"
