"""Subscriptions over REST: the contract's body, other spellings, what is refused, whose they are."""

import pytest

from mastportal.news.models import Subscription
from tests.people import client_of

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/subscriptions"
BODY = {
    "kind": "program",
    "program": "1176",
    "events": ["new", "public"],
    "frequency": "fast",
    "channels": ["bell"],
}


def test_a_subscription_lives_and_ends(api):
    made = api.post(ROOT, BODY, format="json")
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["mission"], told["program"], told["events"]) == ("JWST", "1176", ["new", "public"])
    one = f"{ROOT}/{told['id']}"
    assert api.get(ROOT).json()["results"] == [told | {"error": ""}]
    changed = api.patch(
        one, {"frequency": "weekly", "paused": True, "channels": ["email"]}, format="json"
    ).json()
    assert (changed["frequency"], changed["paused"], changed["channels"]) == ("weekly", True, ["mail"])
    assert changed["events"] == told["events"]
    assert api.get(one).json() == changed
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_what_is_left_out_takes_its_usual_value(api):
    told = api.post(ROOT, {"kind": "program", "mission": "hst", "program": "10775"}, format="json").json()
    assert (told["mission"], told["frequency"], told["channels"]) == ("HST", "fast", ["bell"])
    assert "planned-withdrawn" in told["events"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "telescope"}, "kind"),
        ({"program": ""}, "program"),
        ({"program": "x" * 70}, "program"),
        ({"program": "\0"}, "program"),
        ({"mission": "TESS"}, "mission"),
        ({"events": []}, "events"),
        ({"events": ["newest"]}, "events"),
        ({"frequency": "hourly"}, "frequency"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"level": 1}, "level"),
        ({"observation": "jw01176-o003", "events": ["first"]}, "events"),
        ({"webhooks": ["0b0f9d0a-6c59-4d2f-9d0a-4a7f7c114d2f"]}, "webhooks"),
        ({"add_to_basket": 10**9}, "add_to_basket"),
        ({"kind": "search", "search": 10**9}, "search"),
        ({"kind": "basket", "basket": 10**9}, "basket"),
        ({"kind": "basket"}, "basket"),
    ],
    ids=str,
)
def test_what_is_refused_names_its_field(api, body, field):
    answer = api.post(ROOT, BODY | body, format="json")
    assert answer.status_code == 400, answer.json()
    assert answer.json()["error"]["field"] == field
    assert not Subscription.objects.exists()


def test_nobody_sees_anothers(api, bob):
    told = api.post(ROOT, BODY, format="json").json()
    other = client_of(bob)
    assert other.get(ROOT).json()["results"] == []
    for method in (other.get, other.patch, other.delete):
        assert method(f"{ROOT}/{told['id']}").status_code == 404
