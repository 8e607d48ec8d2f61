"""A row in place: its picture's door, its products at a glance, its missing values."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from mastportal.files import previews
from mastportal.files.models import StoredFile
from mastportal.search import products
from mastportal.search.models import ProductList, Search
from mastportal.search.preview_rows import picture_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _store(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.STORE_DIR = tmp_path


def test_the_preview_comes_by_the_rows_number(web: Client, alice: User, search: Search) -> None:
    url = reverse("preview", args=[search.current_id, 0])
    coming = web.get(url)
    assert (coming.status_code, coming.content) == (202, "Fetching the preview…".encode())
    previews.fetch(StoredFile.objects.get().pk, alice.pk)
    picture = web.get(url)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert picture["Content-Disposition"].startswith("inline")
    assert web.get(reverse("preview", args=[search.current_id, 10**6])).status_code == 404
    assert web.get(reverse("preview", args=[search.pk, 0])).status_code == 404


def test_products_are_counted_when_they_are_here(web: Client, search: Search) -> None:
    url = reverse("result-row-products", args=[search.pk, search.current_id, 0])
    waiting = web.get(url, **HTMX).content.decode()
    assert "Asking the archive" in waiting
    assert web.get(f"{url}?again=1", **HTMX).status_code == 204
    products.harvest(ProductList.objects.get().pk)
    found = web.get(f"{url}?again=1", **HTMX).content.decode()
    listed = products.table_of([ProductList.objects.get().obsid])
    assert f'<td class="num">{listed.num_rows}</td>' in found
    assert "SCIENCE" in found


def test_a_failed_product_list_says_why(web: Client, search: Search) -> None:
    url = reverse("result-row-products", args=[search.pk, search.current_id, 0])
    web.get(url)
    ProductList.objects.update(phase="ERROR", error="The archive is <b>away</b>.", attempts=5)
    assert "The archive is &lt;b&gt;away&lt;/b&gt;." in web.get(f"{url}?again=1").content.decode()


@pytest.mark.parametrize(
    ("row", "uri"),
    [
        ({"jpegURL": "mast:A/b.JPG"}, "mast:A/b.JPG"),
        ({"jpegURL": "mast:A/b.jpg", "calib_level": -1}, ""),
        ({"jpegURL": None, "dataURL": "mast:A/b.png"}, "mast:A/b.png"),
        ({"jpegURL": "mast:A/b.html", "dataURI": "mast:A/b.fits"}, ""),
        ({}, ""),
    ],
)
def test_which_picture_a_row_has(row: dict[str, object], uri: str) -> None:
    assert picture_of(row) == uri
