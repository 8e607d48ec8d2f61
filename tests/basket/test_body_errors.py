"""Bad bodies and addresses over REST: each a plain sentence in the one shape, and nothing is changed."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from basket.models import Basket, Bundle
from tests.basket.saying import ANY, told, unchanged
from tests.people import client_of, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(alice: User) -> Basket:
    return Basket.objects.create(name="Shared", owner=alice, group=alice.memberships.get().group)


NOT_OBJECTS = ["[]", '["a"]', "[1]", '"text"', "1", "true", "null", '[["preset", "none"]]']
NOT_JSON = ["", "{", "{'preset': 'none'}", '{"a": NaN}', "\x00", "<html>"]


@pytest.mark.parametrize("body", [*NOT_OBJECTS, *NOT_JSON])
def test_a_selection_is_an_object(api: APIClient, mine: Basket, body: str) -> None:
    answer = api.put(
        f"/api/v1/baskets/{mine.pk}/selection", body, content_type="application/json", headers=ANY
    )
    if body == "":
        assert answer.status_code in (200, 400)
        return
    told(answer, 400)
    assert unchanged(mine)


@pytest.mark.parametrize("body", [*NOT_OBJECTS, *NOT_JSON[1:]])
def test_a_new_name_comes_in_an_object(api: APIClient, mine: Basket, body: str) -> None:
    answer = api.patch(f"/api/v1/baskets/{mine.pk}", body, content_type="application/json", headers=ANY)
    if body != "null":
        told(answer, 400)
        assert unchanged(mine)


@pytest.mark.parametrize("part", ["observations", "products", "bundles"])
@pytest.mark.parametrize("body", NOT_OBJECTS[:5])
def test_what_is_posted_into_a_basket_is_an_object(
    api: APIClient, mine: Basket, part: str, body: str
) -> None:
    told(api.post(f"/api/v1/baskets/{mine.pk}/{part}", body, content_type="application/json"), 400)
    assert unchanged(mine)
    assert not Bundle.objects.exists()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"preset": ["none"]}, "preset"),
        ({"preset": {"none": 1}}, "preset"),
        ({"preset": None}, "preset"),
        ({"preset": 1}, "preset"),
        ({"preset": "PARENTS"}, "preset"),
        ({"filters": {"suffix": "cal"}}, "filters"),
        ({"filters": 7}, "filters"),
        ({"filters": "f.nonesuch=1"}, "f.nonesuch"),
        ({"filters": "min.size=many"}, "min.size"),
        ({"include": {"a": 1}}, "include"),
        ({"include": [None]}, "include"),
        ({"include": [["a"]]}, "include"),
        ({"exclude": "mast:a"}, "exclude"),
        ({"exclude": ["mast:nonesuch"]}, "exclude"),
        ({"include": ["mast:\ud800"]}, None),
        ({"filters": "f.suffix=\x00"}, "filters"),
        ({"filters": "f.suffix=\ud800"}, None),
        ({"color": "red"}, "color"),
        ({"": ""}, None),
    ],
)
def test_each_wrong_part_of_a_selection_is_named(
    api: APIClient, mine: Basket, wish: dict[str, Any], field: str | None
) -> None:
    how: Any = {"content_type": "application/json", "headers": ANY}
    answer = api.put(f"/api/v1/baskets/{mine.pk}/selection", json.dumps(wish), **how)
    assert told(answer, 400).get("field") == field
    assert unchanged(mine)


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"name": "x" * 121},
        {"name": "a\x00b"},
        {"name": ["a"]},
        {"name": {"a": 1}},
        {"name": "ok", "group": "abc"},
        {"name": "ok", "group": [1]},
        {"name": "ok", "group": 1.5},
    ],
)
def test_a_basket_needs_a_name_that_is_one(api: APIClient, body: dict[str, Any]) -> None:
    error = told(api.post("/api/v1/baskets", body, format="json"), 400)
    assert error["field"] == ("group" if "group" in body else "name")
    assert not Basket.objects.exists()


@pytest.mark.parametrize("group", [0, -1, 10**6, 10**30])
def test_a_group_that_is_not_ones_own_is_forbidden(api: APIClient, mine: Basket, group: int) -> None:
    told(api.post("/api/v1/baskets", {"name": "n", "group": group}, format="json"), 403)
    told(api.patch(f"/api/v1/baskets/{mine.pk}", {"group": group}, format="json", headers=ANY), 403)
    assert unchanged(mine)


@pytest.mark.parametrize("header", ["x", '"x"', "-1", "1.5", '"1", "2"', "9" * 5000, "¹", '""', "W/"])
@pytest.mark.parametrize("part", ["", "/selection"])
def test_if_match_takes_a_revision(api: APIClient, mine: Basket, header: str, part: str) -> None:
    method = api.put if part else api.patch
    body = {"preset": "none"} if part else {"name": "n"}
    answer = method(f"/api/v1/baskets/{mine.pk}{part}", body, format="json", headers={"If-Match": header})
    assert told(answer, 400)["field"] == "If-Match"
    assert unchanged(mine)


@pytest.mark.parametrize("part", ["", "/selection"])
def test_an_old_revision_is_told_the_new_one(api: APIClient, mine: Basket, part: str) -> None:
    Basket.objects.filter(pk=mine.pk).update(revision=5, selection_revision=5)
    method = api.put if part else api.patch
    answer = method(f"/api/v1/baskets/{mine.pk}{part}", {}, format="json", headers={"If-Match": '"4"'})
    error = told(answer, 412)
    assert error["code"] == "precondition_failed"
    assert "revision 5" in error["message"]


def test_of_two_who_change_the_same_revision_one_wins(api: APIClient, bob: User, shared: Basket) -> None:
    address, headers = f"/api/v1/baskets/{shared.pk}", {"If-Match": f'"{shared.revision}"'}
    first = api.patch(address, {"name": "Alice's"}, format="json", headers=headers)
    second = client_of(bob).patch(address, {"name": "Bob's"}, format="json", headers=headers)
    assert (first.status_code, second.status_code) == (200, 412)
    assert client_of(bob).get(address)["ETag"] == first["ETag"]
    assert Basket.objects.get().name == "Alice's"


@pytest.mark.parametrize("header", ['"1"', "1", 'W/"1"', " 1 ", "*"])
def test_the_tag_that_was_given_is_taken_back(api: APIClient, mine: Basket, header: str) -> None:
    headers = {"If-Match": header}
    answer = api.patch(f"/api/v1/baskets/{mine.pk}", {"name": "n"}, format="json", headers=headers)
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')


@pytest.mark.parametrize("obsid", ["%00", "a%00b", "%F0%9F%92%AB", "1' OR '1'='1", "9" * 300, "..", "-1"])
def test_an_observation_that_is_not_in_is_not_there(api: APIClient, mine: Basket, obsid: str) -> None:
    told(api.delete(f"/api/v1/baskets/{mine.pk}/observations/{obsid}"), 404)
    assert unchanged(mine)


@pytest.mark.parametrize("basket_id", ["0", "99999999", "9" * 30, "abc", "-1", "1.5"])
def test_a_basket_that_is_not_there(api: APIClient, basket_id: str) -> None:
    told(api.get(f"/api/v1/baskets/{basket_id}"), 404)
    told(api.delete(f"/api/v1/baskets/{basket_id}"), 404)


def test_readers_look_and_outsiders_see_nothing(shared: Basket, charlie: User) -> None:
    dora = client_of(make_person("dora", "Demo group", "reader"))
    address = f"/api/v1/baskets/{shared.pk}"
    told(dora.patch(address, {"name": "n"}, format="json", headers=ANY), 403)
    told(dora.put(f"{address}/selection", {}, format="json", headers=ANY), 403)
    told(client_of(charlie).patch(address, {"name": "n"}, format="json", headers=ANY), 404)
    assert unchanged(shared)


def test_who_may_not_write_is_told_so_before_what_is_wrong(shared: Basket, charlie: User) -> None:
    """Neither the revision nor the body tells an outsider that the basket is there."""
    for headers in ({}, {"If-Match": '"77"'}, {"If-Match": "x"}):
        answer = client_of(charlie).patch(
            f"/api/v1/baskets/{shared.pk}", {"name": "n"}, format="json", headers=headers
        )
        told(answer, 404)
