"""What is asked of bundles and tables and cannot be had: each a plain sentence, and nothing is made."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket.models import Basket, Bundle
from basket.phases import Phase
from tests.basket.saying import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("bundle_id", [uuid4(), "0" * 32, "abc", "1"])
@pytest.mark.parametrize("part", ["", "/manifest", "/checksums", "/download"])
def test_a_bundle_that_is_not_there(api: APIClient, bundle_id: object, part: str) -> None:
    told(api.get(f"/api/v1/bundles/{bundle_id}{part}"), 404)


@pytest.mark.parametrize(
    "body",
    [{"format": "rar"}, {"layout": ""}, {"format": ["zip"]}, {"layout": None}, {"format": "ZIP"}],
)
def test_another_kind_of_archive_is_no_bundle(api: APIClient, mine: Basket, body: dict[str, Any]) -> None:
    answer = api.post(f"/api/v1/baskets/{mine.pk}/bundles", body, format="json")
    assert told(answer, 400)["field"] == next(iter(body))


def test_an_empty_basket_makes_no_bundle_and_no_script(api: APIClient, mine: Basket) -> None:
    answer = api.post(f"/api/v1/baskets/{mine.pk}/bundles", {}, format="json")
    assert told(answer, 400)["field"] == "selection"
    assert told(api.get(f"/api/v1/baskets/{mine.pk}/script"), 400)["field"] == "selection"
    assert not Bundle.objects.exists()


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("products?f.nonesuch=1", "f.nonesuch"),
        ("products?sort=nonesuch", "sort"),
        ("products?columns=nonesuch", "columns"),
        ("products?page=0", "page"),
        ("products?page_size=many", "page_size"),
        ("products?page_size=1001", "page_size"),
        ("products/facets?facets=nonesuch", "facets"),
        ("products/export?format=docx", "format"),
        ("products/export?format=csv&columns=nonesuch", "columns"),
    ],
)
def test_a_table_says_which_part_of_the_address_is_wrong(
    api: APIClient, mine: Basket, address: str, field: str
) -> None:
    assert told(api.get(f"/api/v1/baskets/{mine.pk}/{address}"), 400)["field"] == field


@pytest.mark.parametrize("phase", [Phase.PENDING, Phase.EXECUTING, Phase.ERROR, Phase.ABORTED])
def test_only_a_complete_bundle_is_handed_out(api: APIClient, alice: User, phase: str) -> None:
    bundle = Bundle.objects.create(name="b", owner=alice, folder="MAST_x", phase=phase)
    error = told(api.get(f"/api/v1/bundles/{bundle.pk}/download"), 409)
    assert error["code"] == "not_ready"
    assert phase in error["message"]


def test_a_bundle_without_a_list_cannot_be_made_again(api: APIClient, alice: User) -> None:
    wanted = {"contents": {"lines": [], "singles": []}, "selection": {}, "observation": None}
    bundle = Bundle.objects.create(name="b", owner=alice, folder="MAST_x", wanted=wanted)
    told(api.post(f"/api/v1/bundles/{bundle.pk}/again"), 400)
    assert Bundle.objects.count() == 1
