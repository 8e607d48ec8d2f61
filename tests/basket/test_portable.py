"""A basket leaves as a file and comes in as one: the same selection, every row in the archive's own words."""

import json
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from basket import arriving, lines, notes, portable
from basket.finishing import manifest_json
from basket.models import Arrival, Basket, first_selection
from basket.portable import FORMAT
from basket.sums import state_of
from mastportal.search.models import ListedUri, ProductList
from mastportal.tables.columns import BadQuery
from tests.archive import Sandbox
from tests.basket.make import KEYWORDS, bundle_of, completed, harvested, only, rows_of
from tests.basket.shown import text
from tests.people import client_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = json.loads((settings.BASE_DIR / "docs" / "basket.schema.json").read_text())


@pytest.fixture
def filled(basket: Basket, alice: User, sandbox: Sandbox) -> Basket:
    """Three observations and a single file, few files of them selected, one of these singly."""
    search, rows = rows_of(KEYWORDS, alice)
    lines.add_files(basket, rows[:1], alice, search.words)
    notes.write(basket, alice, "the deep one", obsid=basket.lines.first().obsid)
    only(basket, "f.suffix=asn&f.calib_level=3")
    return basket


def document_of(user: User, basket: Basket) -> dict[str, Any]:
    answer = client_of(user).get(f"/api/v1/baskets/{basket.pk}/export")
    assert answer.status_code == 200
    return answer.json()


def taken_in(user: User, document: dict[str, Any]) -> Basket:
    """The basket made of a document, in this process, with its product lists."""
    answer = client_of(user).post("/api/v1/baskets/import", document, format="json")
    assert answer.status_code == 202, answer.content
    arrival = Arrival.objects.get(basket=answer.json()["id"])
    assert answer["Location"] == f"/api/v1/baskets/{arrival.basket_id}/import"
    assert arriving.arrive(arrival.pk) == arrival.basket_id
    return harvested(Basket.objects.get(pk=arrival.basket_id))


def forget_everything() -> None:
    """As another portal would know nothing of this one's."""
    for model in (Basket, ProductList, ListedUri):
        model.objects.all().delete()


def small(**changes: Any) -> dict[str, Any]:
    told = {"format": FORMAT, "version": 1, "archive": settings.ARCHIVE_NAME, "name": "Small"}
    return told | {"selection": first_selection()} | changes


def test_a_basket_that_travelled_gives_the_same_manifest(filled: Basket, alice: User, bob: User) -> None:
    document = document_of(alice, filled)
    jsonschema.validate(document, SCHEMA)
    before = manifest_json(completed(bundle_of(filled, alice)))["files"]
    with_checksums = document_of(alice, filled)
    jsonschema.validate(with_checksums, SCHEMA)
    told = {each["uri"]: each["sha256"] for each in before if each["status"] == "OK"}
    assert {each["dataURI"]: each["sha256"] for each in with_checksums["products"]} == told
    forget_everything()

    new = taken_in(bob, with_checksums)

    assert list(new.lines.values_list("obsid", "note")) == [
        (each["obsid"], each.get("note", "")) for each in document["observations"]
    ]
    assert set(new.products.values_list("question", flat=True)) == set(document["questions"])
    after = manifest_json(completed(bundle_of(new, bob)))["files"]
    assert [each["path"] for each in after] == [each["path"] for each in before]
    assert after == before
    state = client_of(bob).get(f"/api/v1/baskets/{new.pk}/import").json()
    assert (state["phase"], state["missing"]) == ("COMPLETED", 0)
    assert state["compared"] == {
        "named": len(before), "unlisted": 0, "left_out": 0, "more": 0, "resized": 0
    }  # fmt: skip


def test_rows_are_the_archives_own(filled: Basket, alice: User) -> None:
    """A file that lies about a row changes nothing: only its number is taken from it."""
    rows = {line.obsid: line.row for line in filled.lines.all()}
    document = document_of(alice, filled)
    for row in document["observations"]:
        row |= {"obs_id": "lie", "proposal_id": "1", "dataRights": "PUBLIC", "t_obs_release": 0}
    new = taken_in(alice, document)
    assert {line.obsid: line.row for line in new.lines.all()} == rows


def test_what_this_archive_does_not_have_is_counted_and_told(filled: Basket, alice: User) -> None:
    document = document_of(alice, filled)
    document["observations"].append({"obsid": "999999999"})
    document["files"].append({"dataURI": "mast:JWST/product/jw09999001001_02101_00001_nis_cal.fits"})
    document["files"].append({"dataURI": "file:///etc/passwd"})
    new = taken_in(alice, document)
    assert Arrival.objects.get(basket=new).missing == 3
    assert new.products.count() == 1
    assert "found 3 rows of the file not in this archive: 999999999" in new.events.first().words
    client = signed_in(alice)
    assert "Rows that this archive does not have: 3" in text(client.get(f"/baskets/{new.pk}/"))


def test_what_differs_is_told_and_just_the_named_can_be_selected(filled: Basket, alice: User) -> None:
    document = document_of(alice, filled)
    named = {each["dataURI"] for each in document["products"]}
    document["selection"] = first_selection() | {"preset": "everything"}
    new = taken_in(alice, document)
    client = signed_in(alice)
    assert "Selected beyond them" in text(client.get(f"/baskets/{new.pk}/"))
    client.post(f"/baskets/{new.pk}/exactly")
    new.refresh_from_db()
    assert state_of(new).sums.files_selected == len(named)
    assert f"Just the {len(named)} files" in text(client.get(f"/baskets/{new.pk}/"))


def test_a_file_is_taken_in_by_the_page(filled: Basket, alice: User) -> None:
    client = signed_in(alice)
    answer = client.get(f"/baskets/{filled.pk}/export")
    assert answer["Content-Disposition"] == 'attachment; filename="basket-a-basket.json"'
    body = answer.content
    assert json.loads(body)["format"] == FORMAT
    group = str(alice.memberships.get().group_id)
    sent = {"file": SimpleUploadedFile("b.json", b"\xef\xbb\xbf" + body), "group": group}
    made = client.post("/baskets/import", sent)
    arrival = Arrival.objects.get()
    assert made["Location"] == reverse("basket", args=[arrival.basket_id])
    page = text(client.get(made["Location"]))
    assert "being looked up in the archive" in page
    assert "data-poll" in page.split("<main")[1]
    arriving.arrive(arrival.pk)
    new = Basket.objects.get(pk=arrival.basket_id)
    assert (new.lines.count(), new.group_id) == (3, int(group))


def test_rows_are_of_who_brought_them_in_whoever_owns_the_basket(
    filled: Basket, alice: User, bob: User, charlie: User
) -> None:
    document = document_of(alice, filled)
    for user, who in ((bob, "bob"), (charlie, None)):
        made = client_of(user).post("/api/v1/baskets/import", document, format="json").json()
        Basket.objects.filter(pk=made["id"]).update(owner=alice)
        if who is None:
            user.delete()
        arriving.arrive(Arrival.objects.get(basket=made["id"]).pk)
        new = Basket.objects.get(pk=made["id"])
        for rows in (new.lines, new.products):
            assert set(rows.values_list("added_by__username", flat=True)) == {who}
        assert set(new.lines.exclude(note="").values_list("note_by__username", flat=True)) == {who}
        assert set(new.events.values_list("by__username", flat=True)) == {who}


def test_an_archive_that_is_away_is_told_and_asked_again(
    filled: Basket, alice: User, sandbox: Sandbox
) -> None:
    document = document_of(alice, filled)
    answer = client_of(alice).post("/api/v1/baskets/import", document, format="json").json()
    sandbox.faults({"match": "invoke", "times": 50, "fault": "status", "status": 503})
    arrival = Arrival.objects.get()
    assert arriving.arrive(arrival.pk) is None
    sandbox.clear()
    client = signed_in(alice)
    address = f"/baskets/{answer['id']}/"
    assert "could not be had" in text(client.get(address))
    client.post(f"{address}import")
    assert arriving.arrive(arrival.pk) == answer["id"]
    assert Basket.objects.get(pk=answer["id"]).lines.count() == 3


def test_a_basket_whose_lists_are_coming_is_not_exported_yet(filled: Basket, alice: User) -> None:
    ProductList.objects.update(phase="QUEUED")
    answer = client_of(alice).get(f"/api/v1/baskets/{filled.pk}/export")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_ready")


BAD: dict[str, tuple[Any, str]] = {
    "no object": ([], "format"),
    "another format": (small(format="other"), "format"),
    "another version": (small(version=2), "version"),
    "another archive": (small(archive="Elsewhere"), "archive"),
    "no archive": (small(archive=None), "archive"),
    "no name": (small(name=" "), "name"),
    "long name": (small(name="x" * 121), "name"),
    "NUL": (small(name="a\0b"), "name"),
    "no list": (small(observations={"obsid": "1"}), "observations"),
    "no objects": (small(observations=["1"]), "observations"),
    "no obsid": (small(observations=[{"obsid": 5}]), "observations"),
    "pattern": (small(observations=[{"obsid": "1*"}]), "observations"),
    "path": (small(observations=[{"obsid": "../../etc"}]), "observations"),
    "no such question": (small(observations=[{"obsid": "1", "question": 0}]), "observations"),
    "negative": (small(questions=["a"], observations=[{"obsid": "1", "question": -1}]), "observations"),
    "too many": (small(observations=[{"obsid": "1"}] * 20_001), "observations"),
    "long note": (small(files=[{"dataURI": "mast:a", "note": "x" * 501}]), "files"),
    "long uri": (small(files=[{"dataURI": "mast:" + "x" * 100_000}]), "files"),
    "size": (small(products=[{"dataURI": "mast:a", "size": 10**30}]), "products"),
    "fact": (small(products=[{"dataURI": "mast:a", "sha256": [1]}]), "products"),
    "preset": (small(selection={"preset": "all of it"}), "preset"),
    "no selection": (small(selection=None), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_basket_is_told_and_makes_none(alice: User, name: str) -> None:
    document, field = BAD[name]
    answer = client_of(alice).post("/api/v1/baskets/import", document, format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error.get("field", "")) == (400, field)
    assert len(error["message"]) < 300
    assert not Basket.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"PK\x03\x04", b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe", b"1" * 10_000, b'{"a": "\\ud800"}'],
    ids=["empty", "zip", "deep", "nan", "utf-16", "long number", "half"],
)
def test_what_is_no_json_is_told(alice: User, body: bytes) -> None:
    with pytest.raises(BadQuery):
        portable.read(body)
    client = signed_in(alice)
    answer = client.post("/baskets/import", {"file": SimpleUploadedFile("b.json", body)})
    assert answer.status_code in (302, 400)
    assert not Basket.objects.exists()


def test_a_file_too_large_is_not_read() -> None:
    with pytest.raises(BadQuery, match="at most"):
        portable.read(b" " * (portable.MOST_BYTES + 1))
