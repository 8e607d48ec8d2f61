"""GET products/download: one product the archive has listed, from the store or through it."""

import pyarrow as pa
import pytest
from django.urls import reverse

from mastportal.files.models import StoredFile
from mastportal.search import listed as listed_uris
from tests.files.conftest import asked_for
from tests.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(public):
    """A public product whose list the portal has harvested."""
    return note(public[0])


def note(row):
    columns = ("dataURI", "obs_collection", "obs_id", "proposal_id", "dataRights", "size")
    listed_uris.note(pa.Table.from_pylist([{name: row[name] for name in columns}]))
    return row


def download(client, uri: str, **headers: str):
    return client.get(reverse("product-download"), {"uri": uri}, headers=headers)


def content(response) -> bytes:
    """Read to the end, where Django's test client closes the response itself."""
    return b"".join(response.streaming_content)


def test_a_product_is_streamed_as_the_archive_has_it(sandbox, api, product):
    response = download(api, product["dataURI"])
    assert response.status_code == 200
    assert content(response) == sandbox.body(product["dataURI"])
    name = product["dataURI"].rsplit("/", 1)[-1]
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["ETag"] == f'"{StoredFile.objects.get().sha256}"'


def test_a_broken_download_goes_on_where_it_broke(sandbox, api, product):
    whole = sandbox.body(product["dataURI"])
    broken = download(api, product["dataURI"])
    content(broken)
    rest = download(api, product["dataURI"], Range="bytes=1000-", If_Range=broken["ETag"])
    assert rest.status_code == 206
    assert content(rest) == whole[1000:]


def test_the_next_download_costs_the_archive_no_byte(sandbox, api, product, bob):
    first = content(download(api, product["dataURI"]))
    mark = sandbox.mark()
    assert content(download(client_of(bob), product["dataURI"])) == first
    assert asked_for(sandbox, mark, product["dataURI"]) == ["HEAD"]


@pytest.mark.parametrize(
    "uri", ["mast:JWST/product/jw99_cal.fits", "file:///etc/passwd", "http://127.0.0.1/x"]
)
def test_what_was_never_listed_is_not_asked_for(sandbox, api, uri):
    mark = sandbox.mark()
    response = download(api, uri)
    assert response.status_code == 404
    assert response.json()["error"]["field"] == "uri"
    assert sandbox.log(mark) == []


def test_without_a_uri_it_says_what_is_missing(api):
    response = api.get(reverse("product-download"))
    assert response.status_code == 400
    assert response.json()["error"] == {
        "code": "bad_question",
        "message": "Give the product's dataURI as uri=.",
        "field": "uri",
    }


def test_nobody_downloads_without_signing_in(client, product):
    assert download(client, product["dataURI"]).status_code in (401, 403)


def test_an_exclusive_product_is_for_its_own_people(sandbox, secret, alice_with_token, charlie):
    uri = note(secret[0])["dataURI"]
    response = download(client_of(alice_with_token), uri)
    assert content(response) == sandbox.body(uri, "sandbox-token-alice")
    refused = download(client_of(charlie), uri)
    assert refused.status_code == 502
    assert refused.json()["error"]["code"] == "archive_refused"
    assert f"Programme {secret[0]['proposal_id']} is in the exclusive" in refused.json()["error"]["message"]


def test_a_full_store_is_507(api, product, settings):
    settings.STORE_QUOTA_BYTES = 1
    response = download(api, product["dataURI"])
    assert (response.status_code, response.json()["error"]["code"]) == (507, "disk_full")


def test_too_many_downloads_are_503_with_a_time(api, product, settings):
    settings.STREAMS_PER_PERSON = 1
    running = download(api, product["dataURI"])
    refused = download(api, product["dataURI"])
    content(running)
    assert refused.status_code == 503
    assert int(refused["Retry-After"]) > 0
    assert content(download(api, product["dataURI"]))


def test_nothing_is_fetched_for_who_has_no_place(sandbox, api, product, public, settings):
    """Who waits for a file to come keeps a thread of the web server as long as one who streams."""
    settings.STREAMS_PER_PERSON = 1
    running, other = download(api, product["dataURI"]), note(public[1])["dataURI"]
    mark = sandbox.mark()
    refused = download(api, other)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "too_many_downloads")
    assert asked_for(sandbox, mark, other) == []
    content(running)
    assert content(download(api, other)) == sandbox.body(other)
