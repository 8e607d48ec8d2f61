"""The pages on which somebody follows, changes, pauses and ends; what is wrong is said."""

import pytest
from django.urls import reverse

from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.news.models import Subscription
from mastportal.outbox import webhooks
from mastportal.search.models import Search
from tests.news.conftest import follow
from tests.outbox.make import hook_at
from tests.search.make import PROGRAMME

pytestmark = pytest.mark.django_db
NEW = reverse("subscription-new")
WISHES = {"events": ["new", "public"], "frequency": "daily", "channels": ["bell", "mail"], "observation": "3"}


def test_a_programme_is_followed_from_its_number(web, alice):
    to_form = web.post("/subscriptions/", {"mission": "JWST", "program": "01176"})
    assert to_form["Location"] == f"{NEW}?mission=JWST&program=1176"
    page = web.get(to_form["Location"]).content.decode()
    assert "Planned: withdrawn" in page
    assert "checked" in page
    assert web.post(to_form["Location"], WISHES).status_code == 302
    (found,) = Subscription.objects.filter(owner=alice)
    assert (found.events, found.observation, found.channels) == (["new", "public"], "003", ["bell", "mail"])
    assert found.watch.phase == "QUEUED"
    listed = web.get("/subscriptions/").content.decode()
    assert "JWST 1176" in listed
    assert "observation 003" in listed
    assert "You follow it already" in web.get(to_form["Location"]).content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?program=seven", "no programme’s number"),
        ("?mission=TESS&program=1", "JWST and of HST"),
        ("?search=99999999", "no such saved search"),
        ("?basket=1" + "0" * 30, "no such basket"),
        ("", "no programme’s number"),
    ],
)
def test_what_cannot_be_followed_is_said(web, query, sentence):
    answer = web.get(NEW + query)
    assert answer.status_code == 400
    assert sentence in answer.content.decode().replace("'", "’")


def test_wrong_wishes_are_said_at_their_field_and_kept(web):
    sent = WISHES | {"events": ["new", "first"], "observation": "jw01176-o003_t003_nircam"}
    answer = web.post(f"{NEW}?program=1176", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "leave “first” out" in page
    assert 'value="jw01176-o003_t003_nircam"' in page
    assert web.post(f"{NEW}?program=1176", {"frequency": "daily"}).status_code == 422
    assert web.post("/subscriptions/", {"program": "x"}).status_code == 422
    assert not Subscription.objects.exists()


def test_a_subscription_is_changed_paused_and_ended(web, alice):
    found = follow(alice, look=False)
    address = reverse("subscription", args=[found.pk])
    assert "JWST 1176" in web.get(address).content.decode()
    web.post(address, WISHES | {"level": "2"})
    web.post(reverse("subscription-pause", args=[found.pk]))
    found.refresh_from_db()
    assert (found.level, found.frequency, found.paused_at is None) == (2, "daily", False)
    assert "paused" in web.get("/subscriptions/").content.decode()
    web.post(reverse("subscription-pause", args=[found.pk]), {"resume": "1"})
    found.refresh_from_db()
    assert found.paused_at is None
    web.post(reverse("subscription-remove", args=[found.pk]))
    assert not Subscription.objects.exists()


def test_saved_searches_and_baskets_are_followed_from_their_pages(web, alice, charlie, client):
    search = Search.objects.create(collection="programs", criteria=PROGRAMME, fingerprint="0", words="1176")
    saved = SavedSearch.objects.create(name="<Mine>", owner=alice, search=search)
    basket = Basket.objects.create(name="Ours", owner=alice)
    for query, has_plans in ((f"?search={saved.pk}", True), (f"?basket={basket.pk}", False)):
        page = web.get(NEW + query).content.decode()
        assert ("Planned: added" in page) is has_plans
        assert ("Planned observations have no products" in page) is not has_plans
        assert web.post(NEW + query, {"events": ["new"], "frequency": "fast", "channels": ["bell"]}).url
    Search.objects.update(collection="jwst-keywords")
    page = web.get(f"{NEW}?search={saved.pk}").content.decode()
    assert "Planned: added" not in page
    assert "This search lists files" in page
    assert "&lt;Mine&gt;" in web.get("/subscriptions/").content.decode()
    assert f"{NEW}?search={saved.pk}" in web.get("/saved/").content.decode()
    client.force_login(charlie)
    assert client.get(f"{NEW}?search={saved.pk}").status_code == 400


def test_whose_webhooks_are_gone_is_told_that_nothing_is_called(web, alice):
    hook, _ = hook_at(alice, "http://127.0.0.1:9/")
    follow(alice, look=False, channels=["webhook"], webhooks=[hook.pk])
    gone = "webhook (there is none any more)"
    assert gone not in web.get("/subscriptions/").content.decode()
    webhooks.remove(alice, hook.pk)
    assert gone in web.get("/subscriptions/").content.decode()


def test_the_list_asks_the_database_as_often_for_many_as_for_few(web, alice, django_assert_max_num_queries):
    for number in range(12):
        follow(alice, str(1176 + number), look=False)
    with django_assert_max_num_queries(12):
        assert web.get("/subscriptions/").status_code == 200
