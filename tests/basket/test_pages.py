"""The pages of baskets and bundles: whole and in part, with and without what they show."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from basket import bundles, lines
from basket.models import Basket, Bundle
from basket.phases import Phase
from mastportal.search.models import ProductList
from tests.archive import Sandbox
from tests.basket.make import KEYWORDS, PROGRAMME, bundle_of, completed, only, rows_of
from tests.basket.shown import HTMX, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bundle(basket: Basket, alice: User) -> Bundle:
    return completed(bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice))


def test_an_empty_list_says_what_to_do(web: Client) -> None:
    assert "No baskets yet" in text(web.get("/baskets/"))
    assert "No bundles yet" in text(web.get("/bundles/"))


def test_a_basket_is_made(web: Client) -> None:
    answer = web.post("/baskets/", {"name": "Mine", "group": ""})
    assert answer["Location"] == reverse("basket", args=[Basket.objects.get().pk])
    assert "This basket is empty" in text(web.get(answer["Location"]))


def test_a_basket_without_a_name_is_not(web: Client) -> None:
    assert "Give the basket a name." in text(web.post("/baskets/", {"name": " "}), 422)


def test_a_basket_shows_its_tree_sums_and_files(web: Client, basket: Basket) -> None:
    found = text(web.get(f"/baskets/{basket.pk}/"))
    for words in (
        "JWST 1176",
        "Highest level with all parents",
        "selected",
        "already here",
        "Request bundle",
    ):
        assert words in found
    row = basket.lines.first().row
    assert row["target_name"] in found
    assert "jw01176" in found


def test_the_table_alone_answers_htmx(web: Client, basket: Basket) -> None:
    answer = web.get(f"/baskets/{basket.pk}/?f.suffix=i2d", headers=HTMX)
    part = text(answer)
    assert "<html" not in part
    assert part in text(web.get(f"/baskets/{basket.pk}/?f.suffix=i2d")), "the page includes the very same"
    assert answer["HX-Push-Url"].endswith("?f.suffix=i2d")
    assert "HX-Request" in answer["Vary"]


def test_a_bad_address_is_told_and_the_basket_shown(web: Client, basket: Basket) -> None:
    found = text(web.get(f"/baskets/{basket.pk}/?f.colour=red"))
    assert "There is no column" in found
    assert "Request bundle" in found


def test_the_state_is_polled_by_its_mark(web: Client, basket: Basket) -> None:
    ProductList.objects.update(phase="QUEUED")
    found = text(web.get(f"/baskets/{basket.pk}/"))
    assert "Product lists: 3 of 3 here" in found
    address = found.split("<main")[1].split('hx-get="')[1].split('"')[0]
    assert web.get(address, headers=HTMX).status_code == 204
    ProductList.objects.update(phase="COMPLETED")
    assert "data-poll" not in text(web.get(address, headers=HTMX))


def test_failed_lists_are_shown_and_asked_for_again(web: Client, basket: Basket) -> None:
    gone = {"phase": "ERROR", "fetched_at": None, "arrow": None, "error": "The archive is away."}
    ProductList.objects.filter(obsid=basket.lines.first().obsid).update(**gone)
    assert "The archive is away." in text(web.get(f"/baskets/{basket.pk}/"))
    web.post(f"/baskets/{basket.pk}/refresh")
    assert not ProductList.objects.filter(phase="ERROR").exists()


def test_planned_observations_are_told_apart(web: Client, alice: User) -> None:
    basket = Basket.objects.create(name="Plans", owner=alice)
    lines.add_observations(basket, [{"obsid": "1", "obs_id": "jw_xx", "calib_level": -1}], alice)
    found = text(web.get(f"/baskets/{basket.pk}/"))
    assert "planned" in found
    assert "No files yet" in found


def test_ticked_rows_of_a_search_are_added(web: Client, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    body = {
        "search": str(search.pk),
        "obsid": [row["obsid"] for row in rows[:2]],
        "basket": "",
        "name": "New",
    }
    answer = web.post("/baskets/add", body, follow=True)
    assert "Added 2 to “New”." in text(answer)
    assert Basket.objects.get().lines.count() == 2
    assert ProductList.objects.count() == 2, "their products are asked for at once"


def test_all_that_match_are_added(web: Client, alice: User, basket: Basket) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    body = {"search": str(search.pk), "result": str(search.current_id), "filters": "", "basket": basket.pk}
    assert "3 were in it already" in text(web.post("/baskets/add", body, follow=True))
    assert basket.lines.count() == len(rows)


def test_files_of_a_keyword_search_are_added(web: Client, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(KEYWORDS, alice)
    body = {"search": str(search.pk), "dataURI": rows[0]["dataURI"], "name": "Files"}
    found = text(web.post("/baskets/add", body, follow=True))
    assert "Single files" in found
    web.post(f"/baskets/{Basket.objects.get().pk}/files/remove", {"dataURI": rows[0]["dataURI"]})
    assert not Basket.objects.get().products.exists()


def test_nothing_ticked_adds_nothing_and_makes_no_basket(web: Client, alice: User, sandbox: Sandbox) -> None:
    search, _ = rows_of(PROGRAMME, alice)
    assert "Tick the rows" in text(web.post("/baskets/add", {"search": str(search.pk)}, follow=True))
    assert not Basket.objects.exists()


def test_an_observation_is_taken_out(web: Client, basket: Basket) -> None:
    obsid = basket.lines.first().obsid
    web.post(f"/baskets/{basket.pk}/lines/{obsid}/remove")
    assert basket.lines.count() == 2


def choose(web: Client, basket: Basket, **body: Any) -> dict[str, Any]:
    answer = web.post(f"/baskets/{basket.pk}/selection", body)
    assert answer.status_code == 302, answer.content
    basket.refresh_from_db()
    return basket.selection


def test_choosing_step_by_step(web: Client, basket: Basket) -> None:
    uri = (
        "mast:JWST/product/"
        + text(web.get(f"/baskets/{basket.pk}/?f.extension=jpg"))
        .split('name="dataURI" value="mast:JWST/product/')[1]
        .split('"')[0]
    )
    assert choose(web, basket, action="preset", preset="recommended")["preset"] == "recommended"
    assert choose(web, basket, action="include", dataURI=uri)["include"] == [uri]
    assert choose(web, basket, action="exclude", dataURI=uri)["exclude"] == [uri]
    narrowed = choose(web, basket, action="filters", filters="f.suffix=i2d")
    assert (narrowed["filters"], narrowed["exclude"]) == ("f.suffix=i2d", [uri])
    assert "Selected only within" in text(web.get(f"/baskets/{basket.pk}/"))
    assert choose(web, basket, action="anything")["filters"] == ""
    assert choose(web, basket, action="singly")["exclude"] == []


def test_a_choice_that_does_not_fit_changes_nothing(web: Client, basket: Basket) -> None:
    before = dict(basket.selection)
    assert choose(web, basket, action="include", dataURI="mast:other") == before
    assert "Not among the products" in text(web.get(f"/baskets/{basket.pk}/"))
    assert web.post(f"/baskets/{basket.pk}/selection", {"action": "explode"}).status_code == 400


def test_a_basket_is_renamed_shared_and_removed(web: Client, basket: Basket) -> None:
    web.post(f"/baskets/{basket.pk}/settings", {"name": "Other", "group": ""})
    basket.refresh_from_db()
    assert (basket.name, basket.group) == ("Other", None)
    assert "Other" in text(web.post(f"/baskets/{basket.pk}/remove", follow=True))
    assert not Basket.objects.exists()


def test_a_bundle_is_requested_and_grows(web: Client, basket: Basket) -> None:
    answer = web.post(f"/baskets/{basket.pk}/bundle", {"format": "zip", "layout": "nested"})
    bundle = Bundle.objects.get()
    assert answer["Location"] == f"/bundles/{bundle.pk}/"
    assert "the list of files is frozen" in text(web.get(answer["Location"]))
    bundles.freeze(bundle.pk)
    found = text(web.get(answer["Location"]))
    assert "to come" in found
    address = found.split("<main")[1].split('hx-get="')[1].split('"')[0]
    assert web.get(address, headers=HTMX).status_code == 204
    Bundle.objects.update(phase=Phase.ABORTED)
    part = text(web.get(address, headers=HTMX))
    assert "stopped" in part
    assert "data-poll" not in part


def test_an_empty_selection_makes_no_bundle(web: Client, basket: Basket) -> None:
    choose(web, basket, action="preset", preset="none")
    answer = web.post(f"/baskets/{basket.pk}/bundle", {"format": "zip", "layout": "nested"}, follow=True)
    assert "Nothing is selected" in text(answer)
    assert not Bundle.objects.exists()


def test_a_complete_bundle_offers_itself(web: Client, bundle: Bundle) -> None:
    found = text(web.get(f"/bundles/{bundle.pk}/"))
    for words in (f"/api/v1/bundles/{bundle.pk}/download", "curl --fail", "SHA-256 checksums", "<iframe"):
        assert words in found
    assert "What is not in it" not in found
    assert bundle.name in text(web.get("/bundles/"))


def test_what_is_missing_is_told_by_reason(
    web: Client, basket: Basket, alice: User, sandbox: Sandbox
) -> None:
    sandbox.faults({"match": "asn.json", "fault": "status", "status": 404, "times": 99})
    bundle = completed(bundle_of(only(basket, "f.suffix=asn&f.calib_level=3"), alice))
    found = text(web.get(f"/bundles/{bundle.pk}/"))
    assert "ready, without files" in found
    assert "Make all of it again" in found
    again = web.post(f"/bundles/{bundle.pk}/again")
    assert Bundle.objects.get(again_of=bundle).pk.hex in again["Location"].replace("-", "")


def test_a_bundle_is_stopped_and_removed(web: Client, basket: Basket, alice: User) -> None:
    bundle = bundle_of(basket, alice)
    assert "stopped" in text(web.post(f"/bundles/{bundle.pk}/remove", follow=True))
    assert "removed" in text(web.post(f"/bundles/{bundle.pk}/remove", follow=True))
    assert not Bundle.objects.exists()


def test_an_observations_own_bundle(web: Client, alice: User, sandbox: Sandbox) -> None:
    search, rows = rows_of(PROGRAMME, alice)
    answer = web.post(f"/observations/{rows[0]['obsid']}/bundle", {"search": str(search.pk)})
    assert answer["Location"] == f"/bundles/{Bundle.objects.get().pk}/"


def test_the_script_is_a_download(web: Client, basket: Basket) -> None:
    answer = web.get(f"/baskets/{basket.pk}/script")
    assert answer.content.startswith(b"#!/usr/bin/env bash")
    choose(web, basket, action="preset", preset="none")
    assert "Nothing is selected" in text(web.get(f"/baskets/{basket.pk}/script", follow=True))


def test_a_full_page_asks_a_bounded_number_of_questions(
    web: Client, basket: Basket, bundle: Bundle, django_assert_max_num_queries: Any
) -> None:
    web.get(f"/baskets/{basket.pk}/")
    with django_assert_max_num_queries(20):
        web.get(f"/baskets/{basket.pk}/")
    with django_assert_max_num_queries(15):
        web.get(f"/bundles/{bundle.pk}/")
