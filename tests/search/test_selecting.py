"""Selecting rows across pages by REST, and the form that names them all in one field."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from basket.models import Basket, BasketLine
from mastportal.search.models import Search


def path(search: Search, what: str, query: str = "") -> str:
    return f"/api/v1/searches/{search.pk}/{what}?{query}"


def test_all_keys_and_those_among_them(
    api: APIClient, search: Search, django_assert_max_num_queries: Any
) -> None:
    rows = api.get(path(search, "rows", "page_size=1000")).json()
    with django_assert_max_num_queries(3):
        keys = api.get(path(search, "keys")).json()["keys"]
    assert keys == [row["obsid"] for row in rows["rows"]]
    highest = api.get(path(search, "keys", "f.target_name=VV191")).json()["keys"]
    body = json.dumps({"keys": [*keys, "<script>", "x" * 100_000]})
    told = api.post(path(search, "keys", "f.target_name=VV191"), body, content_type="application/json").json()
    assert told == {"selected": len(keys), "matching": len(highest)}
    assert 0 < len(highest) < len(keys)
    half = api.post(path(search, "keys"), '{"keys": ["\\ud800"]}', content_type="application/json")
    assert (half.status_code, half.json()["error"]["code"]) == (400, "parse_error")


def test_a_row_has_its_page(api: APIClient, search: Search) -> None:
    rows = api.get(path(search, "rows", "sort=-t_min&page_size=3&page=2")).json()["rows"]
    told = api.get(path(search, "place", f"sort=-t_min&page_size=3&key={rows[1]['obsid']}")).json()
    assert (told["place"], told["page"]) == (5, 2)
    gone = api.get(path(search, "place", f"f.target_name=nothing&key={rows[1]['obsid']}")).json()
    assert gone["page"] is None
    assert api.get(path(search, "place", "key=%3Cb%3E")).status_code == 404


@pytest.mark.parametrize("body", [[], {}, {"keys": "a"}, {"keys": [1]}, {"keys": [None]}])
def test_keys_that_are_none_are_refused(api: APIClient, search: Search, body: Any) -> None:
    refused = api.post(path(search, "keys"), body, format="json")
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == "keys"


def test_the_rows_of_other_pages_come_in_one_field(client: Client, alice: User, search: Search) -> None:
    client.force_login(alice)
    keys = client.get(path(search, "keys", "f.target_name=VV191")).json()["keys"]
    said = {"search": search.pk, "result": search.current_id, "name": "Both", "obsid": keys[0]}
    client.post("/baskets/add", said | {"selected": "\r\n".join(keys[1:3])})
    basket = Basket.objects.get(name="Both")
    assert set(BasketLine.objects.filter(basket=basket).values_list("obsid", flat=True)) == set(keys[:3])
