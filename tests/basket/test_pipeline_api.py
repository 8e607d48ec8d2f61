"""Asking for what a re-run of the pipeline needs, over REST and on its page; what headers name."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from basket import bundles, lines
from basket.models import Basket, Bundle, Gathering
from basket.pipeline import gathering
from basket.pipeline.answers import Answer, Found, Gap
from basket.pipeline.freezing import literals
from basket.pipeline.references import address_of, contexts_in, named_in, path_of
from mastportal.files.hosts import hosts_for

pytestmark = pytest.mark.django_db
LINE = {"obsid": "300000001", "obs_id": "jw01176-o341_t042_nircam_clear-f090w", "calib_level": 3}


@pytest.fixture
def mine(alice: User) -> Basket:
    basket = Basket.objects.create(name="Mine", owner=alice)
    lines.add_observations(basket, [LINE], alice)
    return basket


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"].get("field", "")


@pytest.mark.parametrize("query", ["", "?stage=", "?stage=0", "?stage=4", "?stage=two", "?stage=2%00"])
def test_a_stage_is_1_2_or_3(api: APIClient, mine: Basket, query: str) -> None:
    assert error_of(api.get(f"/api/v1/baskets/{mine.pk}/pipeline{query}")) == (400, "stage")
    assert not Gathering.objects.exists()


def test_an_empty_basket_needs_nothing(api: APIClient, alice: User) -> None:
    empty = Basket.objects.create(name="Empty", owner=alice)
    assert error_of(api.get(f"/api/v1/baskets/{empty.pk}/pipeline?stage=2")) == (400, "basket")
    body = {"pipeline_stage": 2}
    answer = api.post(f"/api/v1/baskets/{empty.pk}/bundles", body, format="json")
    assert error_of(answer) == (400, "pipeline_stage")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pipeline_stage": 4}, "pipeline_stage"),
        ({"pipeline_stage": "x"}, "pipeline_stage"),
        ({"pipeline_stage": [2]}, "pipeline_stage"),
        ({"references": True}, "references"),
        ({"pipeline_stage": 2, "references": "perhaps"}, "references"),
    ],
    ids=range(5),
)
def test_a_mistaken_wish_makes_no_bundle(api: APIClient, mine: Basket, body: Any, field: str) -> None:
    answer = api.post(f"/api/v1/baskets/{mine.pk}/bundles", body, format="json")
    assert error_of(answer) == (400, field)
    assert not Bundle.objects.exists()


def test_references_need_an_address(api: APIClient, mine: Basket, settings: Any) -> None:
    settings.CRDS_URL = ""
    body = {"pipeline_stage": 2, "references": True}
    answer = api.post(f"/api/v1/baskets/{mine.pk}/bundles", body, format="json")
    assert error_of(answer) == (400, "references")


def test_the_same_is_asked_once_and_each_person_has_their_own(mine: Basket, alice: User, bob: User) -> None:
    contents = lines.contents_of(mine)
    first, again = gathering.ask(contents, 2, alice), gathering.ask(contents, 2, alice)
    assert (first.is_new, again.is_new, first.row) == (True, False, again.row)
    assert gathering.ask(contents, 3, alice).row != first.row
    assert gathering.ask(contents, 2, bob).row != first.row


def test_the_page_says_what_is_missing_and_escapes_it(client: Client, mine: Basket, alice: User) -> None:
    row = gathering.ask(lines.contents_of(mine), 2, alice).row
    client.force_login(alice)
    address = reverse("basket-pipeline", args=[mine.pk])
    assert "data-poll" in client.get(f"{address}?stage=2").content.decode()
    assert client.get(f"{address}?stage=2&mark=1").status_code == 204
    answer = Answer(2, gathering.harvest_of(lines.contents_of(mine)).fingerprint)
    answer.files = [Found("mast:JWST/product/a_rate.fits", "a_rate.fits", ("science",), 7)]
    answer.missing = [Gap("b.fits", ("<b>",), "c_asn.json", "<script>alert(1)</script>")]
    row.phase, row.answer, row.ended_at = "COMPLETED", answer.as_json(), row.queued_at
    row.save()
    page = client.get(f"{address}?stage=2").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "1 missing" in page
    assert client.get(f"{address}?stage=9").status_code == 404


def test_a_bundle_waits_for_its_gathering_and_says_when_that_failed(mine: Basket, alice: User) -> None:
    bundle = bundles.request(mine, alice, "zip", "nested", pipeline_stage=3)
    assert bundle.layout == "flat"
    assert "stage 3" in bundle.asked
    (pk,) = gathering.ask_for_bundle(bundle.pk)
    assert not bundles.freeze(bundle.pk)
    assert gathering.ask_for_bundle(bundle.pk) == []
    Gathering.objects.filter(pk=pk).update(phase="ERROR", error="The archive does not answer.")
    assert not bundles.freeze(bundle.pk)
    bundle.refresh_from_db()
    assert (bundle.phase, bundle.notes[0]) == ("ERROR", "The archive does not answer.")


def test_headers_name_references_and_contexts() -> None:
    headers = [
        {"R_DARK": "crds://jwst_nircam_dark_0338.fits", "CRDS_CTX": "jwst_1464.pmap", "R_FLAT": "N/A"},
        {"R_DARK": "crds://jwst_nircam_dark_0338.fits", "R_GAIN": "crds://../../etc/passwd", "CRDS_CTX": "x"},
        {
            "DARK": "crds://jwst_nircam_dark_0339.fits",
            "R_MASK": "http://evil.example/jwst_miri_mask_0001.fits",
        },
    ]
    assert named_in(headers) == ["jwst_nircam_dark_0338.fits"]
    assert contexts_in(headers) == ["jwst_1464.pmap"]


def test_references_come_from_the_configured_address_alone(settings: Any) -> None:
    settings.CRDS_URL, settings.ALLOWED_DATA_HOSTS = "https://crds.example/crds", ["partner.example"]
    name = "jwst_nircam_dark_0338.fits"
    address = address_of(name)
    assert address == f"https://crds.example/crds/unchecked_get/references/jwst/{name}"
    assert path_of(name) == f"crds_cache/references/jwst/nircam/{name}"
    assert hosts_for(address) == ["partner.example", "crds.example"]
    for other in (
        "https://crds.example/else.fits",
        "https://crds.example.evil/crds/x",
        "mast:JWST/product/x",
    ):
        assert hosts_for(other) == ["partner.example"]


def test_only_pipeline_bundles_carry_the_pipelines_file(alice: User) -> None:
    assert literals(Bundle(owner=alice, wanted={})) == {}
    told = literals(Bundle(owner=alice, wanted={"pipeline": {"from_stage": 2}}))
    assert {name: json.loads(text) for name, text in told.items()} == {"PIPELINE.JSON": {"from_stage": 2}}
