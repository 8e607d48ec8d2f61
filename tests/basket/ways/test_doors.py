"""The doors to what is streamed, with real workers behind: headers, answers when it cannot be, who left."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import PROGRAMME, only, rows_of
from tests.basket.test_api import error
from tests.basket.test_api_bundles import streamed
from tests.basket.ways.streams import opened
from tests.waiting import wait_until
from tests.workers import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(basket: Basket) -> Basket:
    return only(basket, "f.suffix=asn&f.calib_level=3")


def said(answer: Any) -> str:
    """The message on the page that somebody was sent to."""
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_head_tells_what_will_come_and_begins_nothing(api: APIClient, small: Basket) -> None:
    answer = api.head(f"/api/v1/baskets/{small.pk}/download?format=tar")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-tar")
    assert answer["Accept-Ranges"] == "none"
    assert not {"ETag", "Content-Length"} & set(answer.headers)
    assert not Bundle.objects.filter(phase=Phase.EXECUTING).exists()


def test_what_cannot_be_streamed_is_said(api: APIClient, web: Client, small: Basket, settings: Any) -> None:
    rest, address = f"/api/v1/baskets/{small.pk}/download", f"/baskets/{small.pk}/download"
    assert error(api.get(f"{rest}?format=rar"))[2] == "format"
    assert web.get(f"{address}?format=rar").status_code == 400
    settings.STREAM_MAX_BYTES = 10
    assert error(api.get(rest))[:2] == (413, "too_large")
    assert "Request a bundle" in said(web.get(address, follow=True))
    settings.STREAM_MAX_BYTES, settings.STREAMS_PER_PERSON = 10**9, 0
    assert error(api.get(rest))[:2] == (503, "too_many_streams")
    assert not Bundle.objects.filter(phase=Phase.EXECUTING).exists(), "no work list is left behind"
    ProductList.objects.update(phase=Phase.QUEUED)
    assert error(api.get(rest))[:2] == (409, "not_ready")
    assert "on their way" in said(web.get(address, follow=True))
    assert "on their way" in said(web.get(f"/baskets/{small.pk}/list?format=urls", follow=True))


def test_a_row_whose_list_takes_long_becomes_a_bundle(web: Client, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    answer = web.get(f"/observations/{rows[0]['obsid']}/download?search={search.pk}", follow=True)
    assert "made as a bundle" in said(answer)
    assert Bundle.objects.get().phase == Phase.PENDING
    assert web.get("/observations/1/download?search=nonsense").status_code == 404


def test_pages_of_ways_ask_little(web: Client, small: Basket, django_assert_max_num_queries: Any) -> None:
    for way in ("list?format=aria2", "list?format=urls&origin=portal"):
        with django_assert_max_num_queries(14):
            assert web.get(f"/baskets/{small.pk}/{way}")["Content-Disposition"].startswith("attachment")


def test_one_click_on_a_row_then_ranges(
    worker: Worker, web: Client, alice: User, sandbox: Sandbox, settings: Any
) -> None:
    settings.DIRECT_WAIT_S = 20
    search, rows = rows_of(PROGRAMME, alice)
    address = f"/observations/{rows[0]['obsid']}/download?search={search.pk}"
    first = web.get(address)
    assert (first.status_code, first["Accept-Ranges"]) == (200, "none")
    names = opened(streamed(first)).namelist()
    first.close()
    again = web.get(f"/api/v1{address}")
    assert again["Accept-Ranges"] == "bytes"
    whole = streamed(again)
    assert (len(whole), set(opened(whole).namelist())) == (int(again["Content-Length"]), set(names))
    rest = web.get(f"/api/v1{address}", headers={"Range": "bytes=100-", "If-Range": again["ETag"]})
    assert streamed(rest) == whole[100:]


def test_who_leaves_leaves_nothing_running(
    worker: Worker, api: APIClient, small: Basket, sandbox: Sandbox
) -> None:
    sandbox.faults({"match": "Download", "times": 99, "fault": "slow", "bytes_per_s": 1})
    answer = api.get(f"/api/v1/baskets/{small.pk}/download")
    pieces = iter(answer.streaming_content)
    files = BundleFile.objects.all()
    del pieces
    answer.close()
    assert set(files.values_list("phase", flat=True)) <= {Phase.ABORTED}
    wait_until(lambda: not files.filter(phase=Phase.EXECUTING).exists())
    assert api.get("/api/v1/bundles").json()["results"] == [], "a work list is nobody's to see"
