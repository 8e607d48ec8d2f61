"""What a keyword search says of files reaches their fetching, and no file that it does not name does."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket.changes import told_of, until_now, versions_in
from basket.models import Basket
from mastportal.files.models import StoredFile
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, rows_of
from tests.search.make import KEYWORDS

pytestmark = pytest.mark.django_db
UNLISTED = ["mast:JWST/product/jw99_cal.fits", "file:///etc/passwd", "http://127.0.0.1/x", "mast:../../x"]


@pytest.fixture
def files(alice: User, api: APIClient) -> tuple[Basket, list[dict[str, Any]]]:
    """A basket with two public files of a keyword search, and their rows."""
    search, rows = rows_of(KEYWORDS, alice)
    public = [row for row in rows if not row["isRestricted"] and row["checksum"]][:2]
    basket = Basket.objects.create(name="Files", owner=alice)
    body = {"search": str(search.pk), "dataURI": [row["dataURI"] for row in public]}
    assert api.post(f"/api/v1/baskets/{basket.pk}/products", body, format="json").json()["added"] == 2
    basket.selection |= {"preset": "everything"}
    basket.save()
    return basket, public


def test_a_keyword_rows_checksum_is_verified_and_kept(
    files: tuple[Basket, list[dict[str, Any]]], alice: User, sandbox: Sandbox
) -> None:
    basket, rows = files
    uris = [row["dataURI"] for row in rows]
    assert {uri: told.md5 for uri, told in told_of(uris).items()} == {
        row["dataURI"]: row["checksum"] for row in rows
    }
    bundle = completed(bundle_of(basket, alice))
    stored = StoredFile.objects.filter(data_uri__in=uris)
    assert {file.data_uri: file.archive_md5 for file in stored} == {
        row["dataURI"]: row["checksum"] for row in rows
    }
    assert {uri: version.cal_ver for uri, version in versions_in(bundle).items()} == {
        file.data_uri: file.cal_ver for file in stored
    }
    assert {each.change.value for each in until_now(bundle)} == {"same"}


def test_a_file_that_no_row_names_enters_no_basket(
    files: tuple[Basket, list[dict[str, Any]]], alice: User, api: APIClient
) -> None:
    basket, _ = files
    search, _ = rows_of(KEYWORDS, alice)
    address = f"/api/v1/baskets/{basket.pk}"
    for uri in UNLISTED:
        body = {"search": str(search.pk), "dataURI": [uri]}
        refused = api.post(f"{address}/products", body, format="json")
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "dataURI")
        wish = {"preset": "none", "include": [uri]}
        chosen = api.put(f"{address}/selection", wish, format="json", headers={"If-Match": "*"})
        assert chosen.status_code == 400
        assert api.get(f"/api/v1/products/download?uri={uri}").status_code == 404
