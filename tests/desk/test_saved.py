"""Saved searches over REST and as pages: what is kept, who may do what, and what hostile words do."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ResearchGroup
from mastportal.desk.models import SavedSearch
from mastportal.search.models import SearchUse
from tests.people import client_of, make_person
from tests.search.make import PROGRAMME, answered

pytestmark = pytest.mark.django_db
SAVED = "/api/v1/saved-searches"
STATE = "f.instrument_name=NIRCAM&min.t_exptime=5&sort=-t_min&columns=obs_id,target_name"


@pytest.fixture
def search(alice, sandbox):
    return answered(PROGRAMME, alice)


@pytest.fixture
def group(alice, bob):
    return ResearchGroup.objects.get(name="Demo group")


def save(client, found, **more):
    body = {"name": "Mine", "search": str(found.pk), "state": STATE, **more}
    return client.post(SAVED, body, format="json")


def test_question_and_filters_are_kept(api, search):
    made = save(api, search, state=f"{STATE}&page=3&result={search.current_id}&within=a&facets=filters")
    assert made.status_code == 201
    told = made.json()
    assert told["state"] == STATE
    assert told["filters"] == "Instrument is NIRCAM; Exposure length is at least 5 s"
    assert (told["role"], told["revision"], made["ETag"]) == ("owner", 1, '"1"')
    assert told["criteria"]["programs"] == ["1176"]
    assert api.get(f"{SAVED}/{told['id']}").json() == told


def test_others_of_the_group_open_and_change_it_outsiders_see_nothing(api, search, group, bob, charlie):
    dora = make_person("dora", "Demo group", "reader")
    told = save(api, search, group=group.pk).json()
    address = f"{SAVED}/{told['id']}"
    assert client_of(charlie).get(address).status_code == 404
    assert client_of(charlie).get(SAVED).json()["results"] == []
    assert client_of(dora).get(address).json()["role"] == "reader"
    changed = {"name": "Ours"}
    assert client_of(dora).patch(address, changed, format="json").status_code == 403
    theirs = client_of(bob)
    assert theirs.patch(address, changed, format="json").status_code == 428
    done = theirs.patch(address, changed, format="json", headers={"If-Match": '"1"'})
    assert (done.json()["name"], done["ETag"]) == ("Ours", '"2"')
    assert theirs.patch(address, changed, format="json", headers={"If-Match": '"1"'}).status_code == 412
    # Only its owner decides who else has it.
    taken = theirs.patch(address, {"group": None}, format="json", headers={"If-Match": '"2"'})
    assert taken.status_code == 403
    assert client_of(dora).delete(address).status_code == 403
    assert theirs.delete(address).status_code == 204


def test_it_is_replaced_by_other_filters(api, search):
    told = save(api, search).json()
    state = {"state": "like.target_name=VV*"}
    done = api.patch(f"{SAVED}/{told['id']}", state, format="json", headers={"If-Match": "*"}).json()
    assert (done["state"], done["filters"]) == ("like.target_name=VV*", "Target name is like VV*")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"search": "00000000-0000-0000-0000-000000000000"}, "search"),
        ({"search": "no id"}, "search"),
        ({"state": "f.colour=red"}, "f.colour"),
        ({"state": "min.t_exptime=NaN"}, "min.t_exptime"),
        ({"state": "q=" + "x" * 100_000}, "state"),
        ({"note": "\0"}, "note"),
    ],
)
def test_bad_ones_are_refused_in_one_sentence(api, search, body, field):
    refused = save(api, search, **body)
    assert refused.status_code == 400
    assert refused.json()["error"]["field"] == field


def test_nothing_is_shared_with_a_group_one_is_not_in(api, search, charlie):
    foreign = ResearchGroup.objects.get(name="Another group")
    assert save(api, search, group=foreign.pk).status_code == 403


def test_a_page_saves_what_it_shows_and_opens_it(client, alice, search):
    client.force_login(alice)
    form = client.get(reverse("saved-new"), {"search": search.pk, "then": STATE})
    assert "Exposure length is at least 5 s" in form.content.decode()
    made = client.post(
        reverse("saved-new"),
        {"search": search.pk, "then": STATE, "name": "<b>Mine</b>", "group": "", "note": ""},
    )
    assert made["Location"] == f"/results/{search.pk}/?{STATE}"
    kept = SavedSearch.objects.get()
    assert client.get(f"/saved/{kept.pk}/")["Location"] == f"/results/{search.pk}/?{STATE}"
    listed = client.get("/saved/").content.decode()
    assert "&lt;b&gt;Mine&lt;/b&gt;" in listed
    assert "<b>Mine" not in listed + client.get("/saved/menu").content.decode()


def test_opening_asks_again_where_the_rows_are_gone(client, alice, search):
    kept = SavedSearch.objects.create(name="Old", owner=alice, search=search, state=STATE)
    search.results.update(rows_removed_at="2026-01-01T00:00Z")
    client.force_login(alice)
    assert client.get(f"/saved/{kept.pk}/").status_code == 302
    search.refresh_from_db()
    assert search.latest_id != search.current_id
    assert search.latest.is_unfinished


def test_saving_in_place_of_another_keeps_its_name(client, alice, search):
    kept = SavedSearch.objects.create(name="Old", owner=alice, search=search)
    client.force_login(alice)
    client.post(reverse("saved-new"), {"search": search.pk, "then": "q=vv", "replace": kept.pk, "name": ""})
    kept.refresh_from_db()
    assert (kept.name, kept.state, kept.revision) == ("Old", "q=vv", 2)


def test_saving_without_a_name_says_so(client, alice, search):
    client.force_login(alice)
    refused = client.post(reverse("saved-new"), {"search": search.pk, "then": STATE})
    assert refused.status_code == 422
    assert "Give the search a name." in refused.content.decode()
    wrong = client.get(reverse("saved-new"), {"search": search.pk, "then": "f.colour=red"})
    assert wrong.status_code == 422


def test_two_who_change_it_at_once_are_told(client, alice, search):
    kept = SavedSearch.objects.create(name="Old", owner=alice, search=search, revision=4)
    client.force_login(alice)
    form = {"name": "New", "note": "", "group": "", "revision": 3}
    late = client.post(f"/saved/{kept.pk}/change", form)
    assert late.status_code == 422
    assert "Somebody changed this meanwhile" in late.content.decode()
    assert client.post(f"/saved/{kept.pk}/change", form | {"revision": 4}).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.revision) == ("New", 5)


def test_the_list_is_searched_within(client, alice, bob, search, group, django_assert_num_queries):
    for number in range(9):
        SavedSearch.objects.create(name=f"Set {number}", owner=bob, group=group, search=search)
    SavedSearch.objects.create(name="Lensed", note="z > 6", owner=alice, search=search)
    client.force_login(alice)
    client.get("/saved/")
    with django_assert_num_queries(5):  # the person, their roles, the list, the token's state, the bell
        page = client.get("/saved/").content.decode()
    assert page.index("Lensed") < page.index("Shared with Demo group") < page.index("Set 8")
    found = client.get("/saved/", {"q": "1176 set 3"}, headers={"HX-Request": "true"}).content.decode()
    assert "Set 3" in found
    assert "Set 4" not in found
    assert "<html" not in found
    assert "None of them has these words" in client.get("/saved/", {"q": "\0%_"}).content.decode()


def test_recent_searches_are_forgotten_one_by_one_or_all(client, alice, bob, search):
    answered({"collection": "programs", "programs": "1073"}, alice)
    SearchUse.objects.create(user=bob, search=search)
    client.force_login(alice)
    client.post(reverse("recent-forget"), {"search": search.pk})
    assert [use.search.criteria["programs"] for use in SearchUse.objects.filter(user=alice)] == [["1073"]]
    client.post(reverse("recent-forget"), {"search": "nonsense"})
    assert SearchUse.objects.filter(user=alice).count() == 1
    client.post(reverse("recent-forget"), {"all": "1"})
    assert [use.user for use in SearchUse.objects.all()] == [bob]
    assert Client().post(reverse("recent-forget")).status_code == 302
