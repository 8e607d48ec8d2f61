"""The REST calls of a bundle that is there: downloads, manifests, checksums, again, away."""

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket.models import Basket, Bundle
from mastportal.search import products
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import PROGRAMME, bundle_of, completed, only, rows_of
from tests.basket.test_api import error

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bundle(basket: Basket, alice: User) -> Bundle:
    """A small complete bundle of Alice's, which her group sees."""
    return completed(bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice))


def streamed(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_download_goes_on_at_any_byte(api: APIClient, bundle: Bundle) -> None:
    address = f"/api/v1/bundles/{bundle.pk}/download"
    whole = api.get(address)
    content = streamed(whole)
    assert (len(content), whole["Accept-Ranges"]) == (bundle.size_bytes, "bytes")
    headers = {"Range": "bytes=100-", "If-Range": whole["ETag"]}
    rest = api.get(address, headers=headers)
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{len(content) - 1}/{len(content)}")
    assert content[:100] + streamed(rest) == content
    assert api.get(address, headers={"Range": "bytes=5-9", "If-Range": '"other"'}).status_code == 200
    assert api.head(address)["Content-Length"] == str(len(content))


def test_the_manifest_in_three_forms(api: APIClient, bundle: Bundle) -> None:
    address = f"/api/v1/bundles/{bundle.pk}/manifest"
    told = api.get(f"{address}?format=json").json()
    files = told["files"]
    assert set(files[0]) > {"uri", "path", "description", "size", "sha256", "access", "status", "reason"}
    assert "Selected: Everything; only Suffix asn" in told["asked"]["words"]
    page = api.get(f"{address}?format=html")
    assert "sandbox" in page["Content-Security-Policy"]
    inside = zipfile.ZipFile(io.BytesIO(streamed(api.get(f"/api/v1/bundles/{bundle.pk}/download"))))
    assert inside.read(f"{bundle.folder}/MANIFEST.HTML") == page.content
    assert len(api.get(f"{address}?format=csv").content.splitlines()) == len(files) + 1
    assert error(api.get(f"{address}?format=xml"))[2] == "format"


def test_checksums_are_those_of_the_manifest(api: APIClient, bundle: Bundle) -> None:
    lines = api.get(f"/api/v1/bundles/{bundle.pk}/checksums").content.decode().splitlines()
    files = api.get(f"/api/v1/bundles/{bundle.pk}/manifest").json()["files"]
    assert lines == [f"{file['sha256']}  {file['path']}" for file in files]


def test_an_expired_bundle_says_so(api: APIClient, bundle: Bundle) -> None:
    Bundle.objects.filter(pk=bundle.pk).update(plan=None, size_bytes=None)
    assert error(api.get(f"/api/v1/bundles/{bundle.pk}/download"))[:2] == (410, "expired")


def test_again_makes_another_bundle(api: APIClient, bundle: Bundle) -> None:
    answer = api.post(f"/api/v1/bundles/{bundle.pk}/again")
    assert answer.status_code == 202
    assert answer.json()["id"] != str(bundle.pk)


def test_delete_stops_then_removes(api: APIClient, basket: Basket, alice: User) -> None:
    address = f"/api/v1/bundles/{bundle_of(basket, alice).pk}"
    assert api.delete(address).status_code == 204
    assert api.get(address).json()["phase"] == "ABORTED"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_direct_download_is_accepted_then_streamed(api: APIClient, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    address = f"/api/v1/observations/{rows[0]['obsid']}/download?search={search.pk}"
    first = api.get(address)
    assert first.status_code == 202
    assert api.get(address).json()["id"] == first.json()["id"], "asked again, it is the same bundle"
    harvest_and_complete(first.json()["id"], rows[0]["obsid"])
    answer = api.get(address)
    assert answer.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(streamed(answer))).testzip() is None


def harvest_and_complete(bundle_id: str, obsid: str) -> None:
    for row in ProductList.objects.filter(obsid=obsid):
        products.harvest(row.pk)
    completed(Bundle.objects.get(pk=bundle_id))


def test_a_direct_download_of_an_unknown_observation(api: APIClient, alice: User, sandbox: Sandbox) -> None:
    search, _ = rows_of(PROGRAMME, alice)
    assert error(api.get(f"/api/v1/observations/0000/download?search={search.pk}"))[2] == "obsid"
    assert error(api.get("/api/v1/observations/0000/download"))[2] == "search"


def test_the_list_comes_a_page_at_a_time(
    api: APIClient, basket: Basket, alice: User, django_assert_max_num_queries: Any
) -> None:
    made = [str(bundle_of(basket, alice).pk) for _ in range(3)]
    with django_assert_max_num_queries(12):
        told = api.get("/api/v1/bundles?page_size=2").json()
    assert (told["total"], told["page"], told["page_size"]) == (3, 1, 2)
    last = api.get("/api/v1/bundles?page_size=2&page=2").json()
    assert [each["id"] for each in told["results"] + last["results"]] == made[::-1]
    assert error(api.get("/api/v1/bundles?page=0"))[::2] == (400, "page")
